import { certificateThumbprint } from '../mtls/client-certificate.ts';
import { OAuthError } from '../oauth/errors.ts';
import { parseScope, scopeStillRegistered } from '../oauth/scope.ts';
import { standingOwner } from '../owner/owner-standing.ts';
import type { ServerContext } from '../server/context.ts';
import { StoreError } from '../store/store-error.ts';
import { grantAudience } from '../tokens/audience.ts';
import { grantKey, keyOf, LAST_GENERATION, parseRefreshToken, type RefreshHandle } from '../tokens/handle.ts';
import { openAnswer } from '../tokens/sealed-answer.ts';
import { endFamily } from './end-family.ts';
import { type Grant, readGrant } from './grant.ts';
import { defineGrant, type GrantHandler, type GrantOutcome, type GrantRequest } from './grant-handler.ts';
import { invalidGrant } from './refusal.ts';
import { refreshVerdict } from './verdict.ts';

interface RefreshParameters {
  readonly text: string;
  readonly handle: RefreshHandle;
  /** Empty: what the grant has. */
  readonly scope: readonly string[];
  readonly resources: readonly string[];
}

/** RFC 6749 6, rotating as RFC 9700 4.14.2 asks, without logging out a client whose answer was lost. */
export const refreshToken: GrantHandler = defineGrant<RefreshParameters>({
  grantType: 'refresh_token',
  clientAuth: 'public-allowed',

  parse(form, context) {
    const text = form.get('refresh_token');
    if (text === undefined)
      throw new OAuthError('invalid_request', 'The parameter refresh_token is required.', {
        check: 'refresh-token-present',
      });
    const handle = text.length > context.settings.limits.handle ? null : parseRefreshToken(text);
    if (!handle) throw refusal('refresh-token-grammar');
    const scope = parseScope(form.get('scope'), context.settings.limits);
    return { text, handle, scope, resources: form.all('resource') };
  },

  async authorize(context, request, parameters, rounds) {
    const grant = await findFamily(context, parameters.handle);
    requireBinding(grant, request);
    const verdict = refreshVerdict(grant, {
      generation: parameters.handle.generation,
      hash: keyOf('refresh_hash', parameters.text),
      clientId: request.client.id,
      request: requestHash(parameters),
      now: request.now,
      tolerance: 2 * context.store.capabilities.clockTolerance,
      lastGeneration: LAST_GENERATION,
      wasCurrent: rounds.wasCurrent,
    });
    switch (verdict.kind) {
      case 'rotate':
        rounds.wasCurrent = true;
        return rotate(context, request, parameters, grant);
      case 'answer-again':
        return answerAgain(context, request, parameters, grant, verdict.sealed);
      case 'refuse':
        throw refusal(verdict.check);
      case 'revoke':
        await endFamily(context, grant.register, {
          reason: verdict.reason,
          now: request.now,
          traceId: request.request.traceId,
        });
        throw refusal(verdict.check);
      case 'overtaken':
        // Strict rotation: without a grace there is no answer to wait for.
        if (context.settings.refresh.graceSeconds === 0) throw refusal('refresh-token-unused');
        throw new StoreError('unavailable', 'The refresh token was rotated by a request that ran beside this one.');
      case 'behind':
        return behind(context, request, grant);
    }
  },
});

/** RFC 8705 4, R10: whoever has the handle and not the key gets nothing, and changes nothing. */
function requireBinding({ state }: Grant, { request }: GrantRequest): void {
  const bound = state.refresh?.cnf;
  if (bound !== undefined && certificateThumbprint(request) !== bound) throw refusal('refresh-token-certificate');
}

function refusal(check: string): OAuthError {
  return invalidGrant('refresh token', check);
}

async function findFamily(context: ServerContext, { family }: RefreshHandle): Promise<Grant> {
  const key = grantKey(family);
  const register = await context.store.find('grant', key);
  if (register?.key !== key) throw refusal('refresh-token-known');
  return readGrant(register);
}

/** What a retry must repeat to get the same answer. */
function requestHash({ resources, scope }: RefreshParameters): ReturnType<typeof keyOf> {
  return keyOf('replay', JSON.stringify([[...scope].sort(), [...resources].sort()]));
}

async function rotate(
  context: ServerContext,
  { client, form, request }: GrantRequest,
  parameters: RefreshParameters,
  grant: Grant,
): Promise<GrantOutcome> {
  const { data, register } = grant;
  // RFC 6749 6: less than was granted is fine, more never.
  if (!parameters.scope.every((s) => data.scope.includes(s)))
    throw new OAuthError('invalid_scope', 'The scope exceeds what was granted.', {
      check: 'refresh-scope-within-grant',
    });
  const scope = parameters.scope.length > 0 ? parameters.scope : data.scope;
  // What was taken from the client's registration since is not given again (CVE class of GHSA-895x-rfqp-jh5c). The grant
  // it came from may be one of a deployment's own, and gone: then the registration counts.
  const chosenByHook = context.settings.grants.get(data.origin)?.scopes.source === 'hook';
  if (!chosenByHook && !scopeStillRegistered(scope, client, context.settings.authorize.openidScope))
    throw refusal('scope-still-registered');
  const owner = register.subject === null ? null : await standingOwner(context, register.subject);
  if (register.subject !== null && !owner) throw refusal('owner-enabled');
  return {
    kind: 'issue',
    granted: {
      grantType: 'refresh_token',
      client,
      owner,
      scope,
      requestedScope: parameters.scope,
      audience: grantAudience(parameters.resources, data.audience, context.settings.limits.resources),
      basis: {
        kind: 'refresh',
        family: parameters.handle.family,
        grant,
        handle: parameters.text,
        request: requestHash(parameters),
      },
      request: {
        ...data.request,
        grant_type: 'refresh_token',
        ...(form.has('scope') ? { scope: scope.join(' ') } : {}),
      },
      http: request,
    },
  };
}

function answerAgain(
  context: ServerContext,
  { client, request }: GrantRequest,
  { text }: RefreshParameters,
  grant: Grant,
  sealed: string,
): GrantOutcome {
  const answer = openAnswer(sealed, text, grant.register.key, context.secrets);
  // Sealed by a server that lists a secret this one does not: the retry is no theft, and another server may answer it.
  if (answer === null) throw new StoreError('unavailable', 'No listed secret opens the answer that was given before.');
  context.runtime.events.emit('token.retried', {
    traceId: request.traceId,
    clientId: client.id,
    grantId: grant.register.key,
  });
  return { kind: 'answer', body: JSON.parse(answer) as Record<string, unknown> };
}

function behind(context: ServerContext, { client, request }: GrantRequest, grant: Grant): never {
  context.runtime.events.emit('store.behind', {
    traceId: request.traceId,
    clientId: client.id,
    grantId: grant.register.key,
  });
  if (context.settings.refresh.refuseUnknownGeneration) throw refusal('refresh-token-generation-known');
  throw new StoreError('unavailable', 'The store knows only older generations of a refresh token that was given out.');
}
