import { consentedScope, consentKey } from '../authorize/consent.ts';
import { OAuthError } from '../oauth/errors.ts';
import { verifierMatches } from '../oauth/pkce.ts';
import type { Owner } from '../owner/owner.ts';
import { standingOwner } from '../owner/owner-standing.ts';
import type { ServerContext } from '../server/context.ts';
import { grantAudience } from '../tokens/audience.ts';
import { type FamilyId, familyOfCode, grantKey, keyOf, kindOf, randomLetters } from '../tokens/handle.ts';
import { keptParameters } from '../tokens/token-data.ts';
import { endFamily } from './end-family.ts';
import { type Grant, readGrant, writeJson } from './grant.ts';
import { defineGrant, type GrantHandler, type GrantOutcome, type GrantRequest } from './grant-handler.ts';
import { invalidGrant } from './refusal.ts';
import { codeVerdict, type Standing } from './verdict.ts';

interface CodeParameters {
  readonly code: string;
  readonly redirectUri: string | null;
  readonly verifier: string | null;
  readonly resources: readonly string[];
}

/** RFC 6749 4.1.3 with RFC 7636. */
export const authorizationCode: GrantHandler = defineGrant<CodeParameters>({
  grantType: 'authorization_code',
  clientAuth: 'public-allowed',

  parse(form, context) {
    const code = form.get('code');
    if (code === undefined)
      throw new OAuthError('invalid_request', 'The parameter code is required.', { check: 'code-present' });
    if (code.length > context.settings.limits.handle) throw refusal('code-length');
    return {
      code,
      redirectUri: form.get('redirect_uri') ?? null,
      verifier: form.get('code_verifier') ?? null,
      resources: form.all('resource'),
    };
  },

  async authorize(context, request, parameters) {
    const found = await findByCode(context, parameters.code);
    if (!found) throw refusal('code-known');
    const { grant } = found;
    const presented = {
      hash: keyOf('code_hash', parameters.code),
      clientId: request.client.id,
      redirectUri: parameters.redirectUri,
      verifier: judgeVerifier(grant, parameters.verifier),
      now: request.now,
    } as const;
    let verdict = codeVerdict(grant, { ...presented, standing: 'unread' });
    let owner: Owner | null = null;
    if (verdict.kind === 'read-standing') {
      const supports = await readSupports(context, grant);
      owner = supports.owner;
      verdict = codeVerdict(grant, { ...presented, standing: supports.standing });
    }
    switch (verdict.kind) {
      case 'give':
        return give(context, request, parameters, { ...found, owner });
      case 'burn':
        return burn(context, request, grant, verdict.check);
      case 'revoke':
        await endFamily(context, grant.register, {
          reason: verdict.reason,
          now: request.now,
          traceId: request.request.traceId,
        });
        throw refusal(verdict.check);
      case 'refuse':
        throw refusal(verdict.check);
      case 'read-standing':
        throw new Error('A verdict asked twice for what it was given.');
    }
  },
});

function refusal(check: string): OAuthError {
  return invalidGrant('authorization code', check);
}

/** The family follows from the code under the secret that made it; each listed one is tried. */
async function findByCode(context: ServerContext, code: string): Promise<{ grant: Grant; family: FamilyId } | null> {
  if (kindOf(code) !== 'code') return null;
  for (let index = 0; index < context.secrets.count; index++) {
    const family = familyOfCode(code, context.secrets, index);
    const key = grantKey(family);
    const register = await context.store.find('grant', key);
    if (register?.key === key) return { grant: readGrant(register), family };
  }
  return null;
}

function judgeVerifier({ data }: Grant, verifier: string | null): 'absent' | 'right' | 'wrong' | 'unexpected' {
  if (verifier === null) return 'absent';
  if (data.challenge === null) return 'unexpected';
  return verifierMatches(data.challenge, verifier) ? 'right' : 'wrong';
}

async function readSupports(
  context: ServerContext,
  { data, register }: Grant,
): Promise<{ readonly standing: Standing; readonly owner: Owner | null }> {
  const { clientId, sessionId, subject } = register;
  const [session, consent, owner] = await Promise.all([
    sessionId === null ? null : context.store.find('session', sessionId),
    data.consent && clientId !== null && subject !== null
      ? context.store.find('consent', consentKey(clientId, subject))
      : undefined,
    subject === null ? null : standingOwner(context, subject),
  ]);
  const standing: Standing = {
    session: session === null || (session !== undefined && session.state !== null),
    consent: consentedScope(consent),
    owner: subject === null || owner !== null,
  };
  return { standing, owner };
}

function give(
  context: ServerContext,
  { client, form, now, request }: GrantRequest,
  parameters: CodeParameters,
  { family, grant, owner }: { family: FamilyId; grant: Grant; owner: Owner | null },
): GrantOutcome {
  // A family shorter than a code's life would give tokens without one.
  if (now >= grant.data.endsAt) throw refusal('family-unexpired');
  return {
    kind: 'issue',
    granted: {
      grantType: 'authorization_code',
      client,
      owner,
      scope: grant.data.scope,
      requestedScope: grant.data.requestedScope,
      audience: grantAudience(parameters.resources, grant.data.audience, context.settings.limits.resources),
      basis: { kind: 'code', family, grant },
      idToken: {
        nonce: grant.data.nonce,
        authenticatedAt: grant.data.authenticatedAt,
        sessionId: grant.register.sessionId,
      },
      request: { ...grant.data.request, ...keptParameters(form, context.settings.limits) },
      http: request,
    },
  };
}

/** A wrong verifier from the right client: somebody is guessing, and gets one guess. */
async function burn(context: ServerContext, request: GrantRequest, grant: Grant, check: string): Promise<GrantOutcome> {
  const { code } = grant.state;
  const written = await context.store.write({
    attempt: randomLetters(context.runtime.entropy, 22),
    change: {
      kind: 'grant',
      key: grant.register.key,
      from: grant.register.version,
      state: writeJson({ ...grant.state, code: code && { ...code, spentAt: request.now } }),
    },
  });
  if (written === 'outdated') return { kind: 'again' };
  throw refusal(check);
}
