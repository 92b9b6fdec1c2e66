import type { CodeState } from '../grants/grant.ts';
import { resolveSelectors } from '../selectors/selector-map.ts';
import type { GrantId, Instant } from '../store/brands.ts';
import type { Basis, Granted, NewCode, NewGrantFacts } from '../tokens/granted.ts';
import { type FamilyId, familyOfCode, grantKey, keyOf, makeCode, makeDerivedCode } from '../tokens/handle.ts';
import { selectorSources } from '../tokens/metadata.ts';
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

/** The state of a code that goes out now, and what its redemption must prove. */
export function newCode({ challenge, context, now }: Accepted, code: string): NewCode {
  const expiresAt = now + context.settings.authorize.code.ttlSeconds * 1000;
  return { state: { hash: keyOf('code_hash', code), expiresAt, spentAt: null }, challenge };
}

/** AX-43: kept with a code, and merged into its token (AX-44). */
export function codeMetadata(state: Accepted): Record<string, string> {
  const granted = toGranted(state, { kind: 'none' }, state.approval.scope);
  return resolveSelectors(state.context.settings.authorize.code.metadata, selectorSources(granted, state.now));
}

/** RFC 6749 4.1.2: a spent code is never sent out again, nor one whose time has come. */
export function isStillGood(code: CodeState | null, now: Instant): boolean {
  return code !== null && code.spentAt === null && now < code.expiresAt;
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
