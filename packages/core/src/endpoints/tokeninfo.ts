import { authenticateClient } from '../client/authenticate-client.ts';
import type { Client } from '../client/client.ts';
import { createFailureCounter, tooManyFailures } from '../client/failure-counter.ts';
import { networkOf } from '../client/network.ts';
import { certificateThumbprint } from '../mtls/client-certificate.ts';
import { NO_STORE } from '../oauth/error-response.ts';
import { OAuthError } from '../oauth/errors.ts';
import { type Form, parseQuery } from '../oauth/form.ts';
import { requireFormBody } from '../oauth/form-body.ts';
import { compileSelector } from '../selectors/selector.ts';
import { resolveSelectors } from '../selectors/selector-map.ts';
import type { SelectorSources } from '../selectors/sources.ts';
import type { ServerContext } from '../server/context.ts';
import type { Key } from '../store/brands.ts';
import type { Token } from '../store/records.ts';
import { keyOf } from '../tokens/handle.ts';
import { inspectAccessToken } from '../tokens/inspect.ts';
import { readTokenData } from '../tokens/token-data.ts';
import { answered, type Call } from './answered.ts';
import type { Endpoint } from './endpoint.ts';

/** The reference system's description of a token to whoever holds it (parity.md 1.6): POST only, the token is the credential. */
export function tokeninfoEndpoint(context: ServerContext): Endpoint {
  const { anonymous, failures: limit } = context.settings.tokeninfo;
  const failures = createFailureCounter(context.store, 'tokeninfo', limit);
  const tooMany = (): OAuthError => tooManyFailures('tokeninfo-failures', limit);
  return answered(context, { name: 'tokeninfo' }, async (call) => {
    const form = requireFormBody(call.request, context.settings.limits, acceptedQuery(context));
    if (!anonymous) call.clientId = (await authenticateClient(context, call.request, form, 'any')).client.id;
    const handle = findHandle(context, call, form);
    const network = (): Key => keyOf('counter', JSON.stringify(['tokeninfo', networkOf(call.request.clientAddress)]));
    if (failures.watching(call.now) && (await failures.locked(network(), call.now))) throw tooMany();
    const { client, state, token } =
      handle.length > context.settings.limits.handle
        ? { client: undefined, state: 'unknown' as const, token: null }
        : await inspectAccessToken(context, handle, call.now);
    const cnf = token ? readTokenData(token.data).cnf : undefined;
    // SEC-135: the token is the credential here, and a bound one is worth nothing without its certificate.
    const bound = cnf === undefined || certificateThumbprint(call.request) === cnf['x5t#S256'];
    if (state !== 'live' || !token || !client?.enabled || !bound) {
      if (await failures.failed(network(), call.now)) throw tooMany();
      // AX-119: 400 whatever the reason; the body is ours to choose (parity.md 8.3).
      throw new OAuthError('invalid_token', 'The access token is unknown, expired or revoked.', {
        check: state !== 'live' ? `token-${state}` : client?.enabled ? 'token-certificate' : 'client-enabled',
        status: 400,
      });
    }
    const body = {
      ...describe(context, call, token, client),
      ...(cnf && call.clientId !== null ? { cnf } : {}),
    };
    return { kind: 'data', status: 200, format: 'json', body, headers: NO_STORE };
  });
}

function acceptedQuery({ settings }: ServerContext): { readonly queryCredential?: string } {
  return settings.tokeninfo.acceptQueryToken ? { queryCredential: settings.tokeninfo.parameter } : {};
}

/** AX-120: a field of the form, of the query where a deployment allows that, or whatever a selector names. */
function findHandle({ settings }: ServerContext, { now, request }: Call, form: Form): string {
  const { acceptQueryToken, location, parameter, selector } = settings.tokeninfo;
  const query = acceptQueryToken ? parseQuery(request.url.search, settings.limits) : null;
  const field = (name: string): string | undefined => form.get(name) ?? query?.get(name);
  const handle =
    location === 'selector'
      ? compileSelector(selector).resolve({
          now,
          request: {
            method: request.method,
            path: request.url.pathname,
            header: (name) => request.headers.get(name),
            parameter: field,
          },
        })
      : field(parameter);
  if (handle) return handle;
  throw new OAuthError('invalid_request', 'The access token is missing.', {
    check: 'token-present',
    expected: parameter,
  });
}

function describe(context: ServerContext, { now }: Call, token: Token, client: Client): Record<string, unknown> {
  const sources: SelectorSources = {
    now,
    client,
    subject: token.subject,
    token: { record: token, data: readTokenData(token.data) },
    scopes: { granted: token.scope },
  };
  return {
    audience: token.clientId,
    // AX-118: without an owner the client stands for itself.
    user_id: token.subject ?? token.clientId,
    scope: token.scope.join(' '),
    expires_in: Math.floor((token.expiresAt - now) / 1000),
    ...resolveSelectors(context.settings.tokeninfo.extra, sources),
  };
}
