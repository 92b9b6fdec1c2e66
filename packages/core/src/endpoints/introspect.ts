import { authenticateClient } from '../client/authenticate-client.ts';
import type { Client } from '../client/client.ts';
import { readGrant } from '../grants/grant.ts';
import { NO_STORE } from '../oauth/error-response.ts';
import { OAuthError } from '../oauth/errors.ts';
import { requireFormBody } from '../oauth/form-body.ts';
import { standingOwner } from '../owner/owner-standing.ts';
import type { ServerContext } from '../server/context.ts';
import type { Token } from '../store/records.ts';
import { claimedKind, grantKey, keyOf, parseRefreshToken } from '../tokens/handle.ts';
import { inspectAccessToken, isLive } from '../tokens/inspect.ts';
import { readTokenData } from '../tokens/token-data.ts';
import { answered, type Call } from './answered.ts';
import type { Endpoint } from './endpoint.ts';

type Description = Readonly<Record<string, unknown>>;

// RFC 7662 2.2: whatever is not active says nothing else.
const INACTIVE: Description = { active: false };

/** RFC 7662, for confidential clients only. */
export function introspectEndpoint(context: ServerContext): Endpoint {
  return answered(context, { name: 'introspect' }, async (call) => {
    const form = requireFormBody(call.request, context.settings.limits);
    const { client } = await authenticateClient(context, call.request, form, 'any');
    call.clientId = client.id;
    if (client.type !== 'confidential')
      throw new OAuthError('unauthorized_client', 'Introspection is for confidential clients.', {
        check: 'introspection-by-confidential-client',
        status: 403,
      });
    const token = form.get('token');
    if (token === undefined)
      throw new OAuthError('invalid_request', 'The parameter token is required.', { check: 'token-present' });
    const body =
      token.length > context.settings.limits.handle ? INACTIVE : await describe(context, client, token, call);
    return { kind: 'data', status: 200, format: 'json', body, headers: NO_STORE };
  });
}

/** The kind comes from the handle; a hint would only say it again (RFC 7662 2.1). */
async function describe(context: ServerContext, caller: Client, handle: string, call: Call): Promise<Description> {
  const kind = claimedKind(handle);
  if (kind === 'access_token') return describeAccessToken(context, caller, handle, call);
  if (kind === 'refresh_token') return describeRefreshToken(context, caller, handle, call);
  return INACTIVE;
}

async function describeAccessToken(
  context: ServerContext,
  caller: Client,
  handle: string,
  { now }: Call,
): Promise<Description> {
  const { client, state, token } = await inspectAccessToken(context, handle, now);
  if (state !== 'live' || !token || !client?.enabled) return INACTIVE;
  if (context.settings.introspection.ownAudienceOnly && !isFor(token, caller)) return INACTIVE;
  const data = readTokenData(token.data);
  return {
    active: true,
    scope: token.scope.join(' '),
    client_id: token.clientId,
    ...(token.subject === null ? {} : { username: data.username ?? token.subject }),
    token_type: data.type,
    exp: seconds(token.expiresAt),
    iat: seconds(token.issuedAt),
    nbf: seconds(token.issuedAt),
    sub: token.subject ?? token.clientId,
    // RFC 9700 2.6: a client never passes for an owner.
    sub_type: token.subject === null ? 'client' : 'owner',
    ...(token.audience.length === 0 ? {} : { aud: token.audience.length === 1 ? token.audience[0] : token.audience }),
    iss: context.settings.issuer,
    // RFC 8705 3.2: the resource compares it with the certificate of its own connection.
    ...(data.cnf ? { cnf: data.cnf } : {}),
  };
}

/** A refresh token is its own client's business alone. */
async function describeRefreshToken(
  context: ServerContext,
  caller: Client,
  handle: string,
  { now }: Call,
): Promise<Description> {
  const parsed = parseRefreshToken(handle);
  const register = parsed && (await context.store.find('grant', grantKey(parsed.family)));
  if (!register || register.revoked !== null || register.clientId !== caller.id) return INACTIVE;
  const { data, state } = readGrant(register);
  const refresh = state.refresh;
  if (!refresh || refresh.generation !== parsed.generation || refresh.current !== keyOf('refresh_hash', handle))
    return INACTIVE;
  if (!isLive(refresh, now)) return INACTIVE;
  const owner = register.subject === null ? null : await standingOwner(context, register.subject);
  if (register.subject !== null && !owner) return INACTIVE;
  return {
    active: true,
    scope: data.scope.join(' '),
    client_id: caller.id,
    ...(owner ? { username: owner.username } : {}),
    exp: seconds(refresh.expiresAt),
    sub: register.subject ?? caller.id,
    sub_type: register.subject === null ? 'client' : 'owner',
    iss: context.settings.issuer,
    ...(refresh.cnf === undefined ? {} : { cnf: { 'x5t#S256': refresh.cnf } }),
  };
}

function isFor(token: Token, caller: Client): boolean {
  return (
    token.clientId === caller.id ||
    token.audience.includes(caller.id) ||
    token.audience.some((a) => caller.audience.includes(a))
  );
}

function seconds(instant: number): number {
  return Math.floor(instant / 1000);
}
