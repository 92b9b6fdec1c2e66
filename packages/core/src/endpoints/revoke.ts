import { type AuthenticatedClient, authenticateClient } from '../client/authenticate-client.ts';
import { createFailureCounter, tooManyFailures } from '../client/failure-counter.ts';
import { networkOf } from '../client/network.ts';
import { endFamily } from '../grants/end-family.ts';
import { readState } from '../grants/grant.ts';
import { NO_STORE } from '../oauth/error-response.ts';
import { OAuthError } from '../oauth/errors.ts';
import { requireFormBody } from '../oauth/form-body.ts';
import { parseResponseFormat } from '../oauth/response-format.ts';
import type { ServerContext } from '../server/context.ts';
import { claimedKind, grantKey, keyOf, kindOf, parseRefreshToken } from '../tokens/handle.ts';
import { longestStay } from '../tokens/issue.ts';
import { answered, type Call } from './answered.ts';
import type { Endpoint, EndpointResponse } from './endpoint.ts';

const DONE: EndpointResponse = { kind: 'empty', status: 200, headers: NO_STORE };

/** RFC 7009: the client's own tokens; the kind comes from the handle, a hint is only a hint (AX-115). */
export function revokeEndpoint(context: ServerContext): Endpoint {
  return answered(context, { name: 'revoke', compat: 'revoke' }, async (call) => {
    const form = requireFormBody(call.request, context.settings.limits);
    call.format = parseResponseFormat(form.get('format'));
    const authenticated = await authenticateClient(context, call.request, form, context.settings.revoke.clientAuth);
    call.clientId = authenticated.client.id;
    const token = form.get('token');
    if (token === undefined)
      throw new OAuthError('invalid_request', 'The parameter token is required.', { check: 'token-present' });
    const kind = token.length > context.settings.limits.handle ? null : claimedKind(token);
    if (kind === 'access_token') await revokeAccessToken(context, authenticated, token, call);
    if (kind === 'refresh_token') await revokeRefreshToken(context, authenticated, token, call);
    return DONE;
  });
}

async function revokeAccessToken(
  context: ServerContext,
  authenticated: AuthenticatedClient,
  handle: string,
  call: Call,
): Promise<void> {
  const { client } = authenticated;
  const { now, request } = call;
  if (kindOf(handle) !== 'access_token') return;
  const key = keyOf('access_token', handle);
  const found = await context.store.find('access_token', key);
  const token = found?.key === key ? found : undefined;
  if (token && token.clientId !== client.id) throw foreignToken();
  // What a store may have and not show yet is ended all the same: it would live when it is shown.
  if (!token && context.store.capabilities.visibility.tokens !== 'eventual') return;
  if (!token && authenticated.method === 'none') await countUnseen(context, call);
  const of = { clientId: client.id, purgeAt: token?.purgeAt ?? now + longestStay(context) };
  await context.store.revoke({ token: key, of }, now, 'revoked by its client');
  if (!token) return;
  context.runtime.events.emit('token.revoked', { traceId: request.traceId, clientId: client.id, kind: 'access_token' });
}

/** Whoever only names a client makes up as many handles as they like, and each would leave a row. RFC 7009 2.2.1: the client tries again. */
async function countUnseen({ settings, store }: ServerContext, { now, request }: Call): Promise<void> {
  const limit = settings.revoke.failures;
  const failures = createFailureCounter(store, 'revoke', limit);
  const network = keyOf('counter', JSON.stringify(['revoke', networkOf(request.clientAddress)]));
  const locked = failures.watching(now) && (await failures.locked(network, now));
  if (locked || (await failures.failed(network, now))) throw tooManyFailures('revoke-failures', limit);
}

/** Any generation ends the family (AX-112), a newer one than the store knows too; a wrong secret of a known one is no token of ours. */
async function revokeRefreshToken(
  context: ServerContext,
  { client }: AuthenticatedClient,
  handle: string,
  { now, request }: Call,
): Promise<void> {
  const parsed = parseRefreshToken(handle);
  if (!parsed) return;
  const key = grantKey(parsed.family);
  const register = await context.store.find('grant', key);
  if (register?.key !== key) return;
  const { refresh } = readState(register);
  if (!refresh || !isOurs(refresh, parsed.generation, keyOf('refresh_hash', handle))) return;
  if (register.clientId !== client.id) throw foreignToken();
  await endFamily(context, register, { reason: 'revoked by its client', now, traceId: request.traceId });
  context.runtime.events.emit('token.revoked', {
    traceId: request.traceId,
    clientId: client.id,
    kind: 'refresh_token',
  });
}

function isOurs(
  refresh: { readonly generation: number; readonly current: string | null; readonly previous: string | null },
  generation: number,
  hash: string,
): boolean {
  if (generation === refresh.generation) return refresh.current === hash;
  if (generation === refresh.generation - 1) return refresh.previous === hash;
  return true;
}

/** AX-110, parity.md 8.1. */
function foreignToken(): OAuthError {
  return new OAuthError('unauthorized_client', 'The token was issued to another client.', {
    check: 'token-of-this-client',
  });
}
