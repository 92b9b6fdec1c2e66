import { chooseScope } from '../grants/choose-scope.ts';
import type { GrantOutcome, GrantRequest } from '../grants/grant-handler.ts';
import { OAuthError } from '../oauth/errors.ts';
import type { Owner } from '../owner/owner.ts';
import { standingOwner } from '../owner/owner-standing.ts';
import type { ServerContext } from '../server/context.ts';
import type { AssertionFacts } from '../server/hooks.ts';
import { grantAudience } from '../tokens/audience.ts';
import type { Basis } from '../tokens/granted.ts';
import { makeFamilyId } from '../tokens/handle.ts';
import { tokenSettings } from '../tokens/issue.ts';
import { keptParameters } from '../tokens/token-data.ts';
import { AssertionFault, asInvalidGrant } from './assertion-fault.ts';
import { spendAssertion } from './spend-assertion.ts';
import type { VerifiedAssertion } from './verified-assertion.ts';
import { type Speaker, whoSpeaks } from './who-speaks.ts';

/** What a request asks for beside the assertion. */
export interface AssertionParameters {
  readonly grantType: string;
  readonly scope: readonly string[];
  readonly resources: readonly string[];
  /** Milliseconds that the assertion's times were judged with. */
  readonly skew: number;
}

/**
 * The half of an assertion grant that every kind has: who speaks for whom, the owner, the scopes, in this order and in
 * this place alone (RFC 7521 4.1). The one use is left to whoever issues: whatever else can refuse comes before it.
 * @throws AssertionFault for what {@link asInvalidGrant} makes `invalid_grant` of; OAuthError `invalid_scope`, `invalid_target`
 */
export async function redeemAssertion(
  context: ServerContext,
  { client, form, request }: GrantRequest,
  assertion: VerifiedAssertion,
  { grantType, resources, scope: requestedScope, skew }: AssertionParameters,
): Promise<GrantOutcome> {
  const { attributes, issuer, kind, subject, trusted } = assertion;
  const facts: AssertionFacts = { kind, issuer, subject, attributes };
  const speaker = whoSpeaks({ issuer, subject, client, trusted });
  const owner = await ownerOf(context, speaker, () => context.hooks.mapAssertedSubject?.({ ...facts, client }) ?? null);
  const asked = { client, owner, grantType, requestedScope, request, assertion: facts };
  const scope = withinIssuer(
    await chooseScope(context, asked),
    trusted?.scopes ?? null,
    tokenSettings(context, grantType).scopes.match,
  );
  const audience = grantAudience(resources, client.audience, context.settings.limits.resources);
  return {
    kind: 'issue',
    granted: {
      grantType,
      client,
      owner,
      scope,
      requestedScope,
      audience,
      basis: basisFor(context, grantType, owner),
      request: keptParameters(form, context.settings.limits),
      assertion: facts,
      spend: () => spent(context, assertion, skew),
      http: request,
    },
  };
}

/** @throws OAuthError `invalid_grant` where it was used before, or is over; StoreError */
async function spent(context: ServerContext, assertion: VerifiedAssertion, skew: number): Promise<void> {
  try {
    await spendAssertion(context, assertion, { skew });
  } catch (thrown) {
    throw asInvalidGrant(thrown);
  }
}

/** Null: the client acts for itself. */
async function ownerOf(
  context: ServerContext,
  speaker: Speaker,
  map: () => Promise<string | null> | string | null,
): Promise<Owner | null> {
  switch (speaker.for) {
    case 'client':
      return null;
    case 'nobody':
      throw new AssertionFault(speaker.check, speaker.expected);
    case 'owner': {
      // The client's word is enough to name an owner, never to make one.
      const owner = await context.owners.find(speaker.subject);
      if (owner?.enabled && !owner.locked) return owner;
      throw new AssertionFault('assertion-owner', 'an owner who is there, enabled and not locked', standing(owner));
    }
    case 'mapped': {
      const subject = await map();
      if (subject === null)
        throw new AssertionFault('assertion-subject-mapped', 'a subject that mapAssertedSubject knows');
      const owner = await standingOwner(context, subject);
      if (owner) return owner;
      throw new AssertionFault('assertion-owner', 'an owner who is there, enabled and not locked');
    }
  }
}

function standing(owner: Owner | null): string {
  if (!owner) return 'nobody';
  return owner.enabled ? 'a locked owner' : 'a disabled owner';
}

function withinIssuer(
  scope: readonly string[],
  allowed: readonly string[] | null,
  match: 'any' | 'all',
): readonly string[] {
  const left = allowed === null ? scope : scope.filter((one) => allowed.includes(one));
  if (left.length === 0 || (match === 'all' && left.length < scope.length))
    throw new OAuthError('invalid_scope', 'No scope can be granted.', {
      check: 'assertion-scope-of-issuer',
      ...(allowed === null ? {} : { expected: allowed.join(' ') }),
    });
  return left;
}

/** A token with an owner always has a grant, so that it falls with the owner; a client's own only where it can be renewed. */
function basisFor(context: ServerContext, grantType: string, owner: Owner | null): Basis {
  const renewable = tokenSettings(context, grantType).refreshToken.mode !== 'none';
  if (!owner && !renewable) return { kind: 'none' };
  return {
    kind: 'new',
    family: makeFamilyId(context.runtime.entropy),
    derived: false,
    sessionId: null,
    data: {
      redirectUri: null,
      nonce: null,
      state: null,
      // Whoever checked a password here, it was not this server.
      authenticatedAt: null,
      consent: false,
      interactionEndsAt: null,
      metadata: {},
    },
  };
}
