import type { GrantId } from '../store/brands.ts';
import type { Basis, Granted, NewGrantFacts } from '../tokens/granted.ts';
import { type FamilyId, familyOfCode, grantKey, makeCode, makeDerivedCode } from '../tokens/handle.ts';
import { keptParameters } from '../tokens/token-data.ts';
import { codeMaterial } from './interaction.ts';
import type { Facts, Known } from './step.ts';

/** A request that every step has let through. */
export type Accepted = Known<keyof Facts>;

/** A code and the grant that follows from it: the page's own after a page, a random one where nothing was asked. */
export function makeFamily({ context, decision }: Accepted): { code: string; family: FamilyId; key: GrantId } {
  const { length } = context.settings.authorize.code;
  const code = decision
    ? makeDerivedCode(codeMaterial(context, decision), length)
    : makeCode(context.runtime.entropy, length);
  const family = familyOfCode(code, context.secrets, decision?.secret ?? 0);
  return { code, family, key: grantKey(family) };
}

/** What a grant remembers of the request it came from. */
export function grantFacts({ approval, decision, form, signedIn }: Accepted): NewGrantFacts {
  return {
    // RFC 6749 4.1.3: asked for again at the token endpoint where, and as, it was sent here.
    redirectUri: form.get('redirect_uri') ?? null,
    nonce: form.get('nonce') ?? null,
    state: form.get('state') ?? null,
    authenticatedAt: signedIn.session.authenticatedAt,
    consent: approval.onRecord,
    interactionEndsAt: decision?.interaction.endsAt ?? null,
    metadata: {},
  };
}

/** The decision as whatever issues tokens or keeps metadata wants it. */
export function toGranted(state: Accepted, basis: Basis, scope: readonly string[]): Granted {
  const { audience, client, context, form, request, requestedScope, responseType, signedIn } = state;
  return {
    grantType: responseType.grantType,
    client,
    owner: signedIn.owner,
    scope,
    requestedScope,
    audience,
    basis,
    request: keptParameters(form, context.settings.limits),
    http: request,
  };
}
