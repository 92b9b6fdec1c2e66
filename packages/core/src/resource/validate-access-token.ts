import type { Client } from '../client/client.ts';
import { certificateThumbprint } from '../mtls/client-certificate.ts';
import { asOAuthError } from '../oauth/error-response.ts';
import type { OAuthError } from '../oauth/errors.ts';
import type { SelectorSources } from '../selectors/sources.ts';
import type { ResourceSettings } from '../server/config.ts';
import type { ServerContext } from '../server/context.ts';
import type { Token } from '../store/records.ts';
import { inspectAccessToken } from '../tokens/inspect.ts';
import { readTokenData } from '../tokens/token-data.ts';
import { findToken, type ResourceRequest, readRequest, type TokenPlace } from './find-token.ts';
import { bareChallenge, resourceRefusal } from './refusals.ts';
import { requiredScopes, scopeMessage, scopesSuffice } from './required-scopes.ts';

export type { ResourceRequest, TokenPlace };

/** The request may go on, and in whose name. */
export interface AllowedRequest {
  readonly kind: 'allowed';
  /** The granting owner; null for a token without one. */
  readonly subject: string | null;
  readonly client: Client;
  readonly scope: readonly string[];
  readonly audience: readonly string[];
  /** What to take out of the request before it goes on; null where nothing is. */
  readonly remove: TokenPlace | null;
  /** What selectors read: `accesstoken`, `authentication.subject.id` and the others (AX-138). */
  readonly attributes: SelectorSources;
}

/** The request ends here, with this answer. */
export interface RefusedRequest {
  readonly kind: 'refused';
  readonly status: number;
  /** With `WWW-Authenticate` where it is the token's fault; the body is empty. */
  readonly headers: Readonly<Record<string, string>>;
  readonly error: OAuthError;
}

/** What became of a request for a protected resource. */
export type ResourceDecision = AllowedRequest | RefusedRequest;

/** Judges the access token of a request for a protected resource: found, known, live, client, certificate, scopes, in this order. */
export async function validateAccessToken(
  context: ServerContext,
  request: ResourceRequest,
  settings: ResourceSettings,
): Promise<ResourceDecision> {
  const progress: { client: Client | null } = { client: null };
  try {
    return await judge(context, request, settings, progress);
  } catch (thrown) {
    // A store or directory that does not answer is 503, never a bad token (SEC-90, RDAPI-25564).
    const error = asOAuthError(thrown);
    report(context, request, error, progress.client);
    return { kind: 'refused', status: error.status, headers: error.headers, error };
  }
}

async function judge(
  context: ServerContext,
  request: ResourceRequest,
  settings: ResourceSettings,
  progress: { client: Client | null },
): Promise<AllowedRequest> {
  const now = context.runtime.clock.now();
  const { realm } = settings;
  const read = readRequest(request, context.settings.limits);
  const found = findToken(read, settings);
  if (found.kind !== 'found')
    throw found.kind === 'absent' && settings.missingTokenChallenge
      ? bareChallenge(realm)
      : resourceRefusal('token', { realm, got: found.kind });

  const { client, state, token } =
    found.handle.length > context.settings.limits.handle
      ? { client: undefined, state: 'unknown' as const, token: null }
      : await inspectAccessToken(context, found.handle, now);
  progress.client = client ?? null;
  if (state === 'unknown' || !token) throw resourceRefusal('known', { realm });
  if (state === 'expired') throw resourceRefusal('live', { realm });
  if (!client?.enabled) throw resourceRefusal('client', { realm, got: client ? 'disabled' : 'no such client' });

  const { cnf } = readTokenData(token.data);
  if (cnf && certificateThumbprint(request) !== cnf['x5t#S256']) throw resourceRefusal('certificate', { realm });

  const attributes = attributesOf(token, client, found.handle, read.source, now);
  const wanted = await requiredScopes(settings, context.hooks, attributes);
  if (!scopesSuffice(token.scope, wanted, settings.scopes.match))
    throw resourceRefusal('scope', {
      realm,
      scope: scopeMessage(wanted, settings.scopes.match),
      got: token.scope.join(' '),
    });

  return {
    kind: 'allowed',
    subject: token.subject,
    client,
    scope: token.scope,
    audience: token.audience,
    remove: settings.removeCredentials ? found.place : null,
    attributes: { ...attributes, scopes: { granted: token.scope, required: wanted } },
  };
}

function attributesOf(
  token: Token,
  client: Client,
  value: string,
  request: SelectorSources['request'] & {},
  now: number,
): SelectorSources {
  return {
    now,
    client,
    subject: token.subject,
    token: { record: token, data: readTokenData(token.data), value },
    request,
    scopes: { granted: token.scope },
  };
}

function report(
  { runtime }: ServerContext,
  { traceId }: ResourceRequest,
  error: OAuthError,
  client: Client | null,
): void {
  const { check, expected = null, got = null } = error.failed;
  runtime.events.emit('request.refused', {
    traceId,
    endpoint: 'resource',
    error: error.code,
    check,
    expected,
    got,
    clientId: client?.id ?? null,
  });
}
