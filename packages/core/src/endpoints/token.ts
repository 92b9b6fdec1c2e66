import { authenticateClient } from '../client/authenticate-client.ts';
import type { Client } from '../client/client.ts';
import { decide } from '../grants/decide.ts';
import type { GrantHandler, IdentifiedClient, TokenCall } from '../grants/grant-handler.ts';
import { NO_STORE } from '../oauth/error-response.ts';
import { OAuthError } from '../oauth/errors.ts';
import type { Form } from '../oauth/form.ts';
import { requireFormBody } from '../oauth/form-body.ts';
import { parseResponseFormat } from '../oauth/response-format.ts';
import type { ServerContext } from '../server/context.ts';
import { tokenSettings } from '../tokens/issue.ts';
import { answered } from './answered.ts';
import type { Endpoint } from './endpoint.ts';

const REPEATABLE: ReadonlySet<string> = new Set(['resource']);

/** RFC 6749 3.2: form → grant → client → may it? → parameters → decision → one write. */
export function tokenEndpoint(context: ServerContext, grants: ReadonlyMap<string, GrantHandler>): Endpoint {
  return answered(context, { name: 'token', compat: 'token' }, async (call) => {
    const form = requireFormBody(call.request, context.settings.limits, { repeatable: REPEATABLE });
    call.format = parseResponseFormat(form.get('format'));
    const handler = chooseGrant(context, grants, form);
    const { now, request } = call;
    const { client, proof } = await identify(context, handler, { form, now, request });
    call.clientId = client.id;
    requireGrantAllowed(handler, client);
    const body = await decide(context, handler, { client, form, now, request, proof });
    return { kind: 'data', status: 200, format: call.format, body, headers: NO_STORE };
  });
}

/** By its own credentials, or by what the grant brings. */
async function identify(context: ServerContext, handler: GrantHandler, call: TokenCall): Promise<IdentifiedClient> {
  if (handler.identify) return handler.identify(context, call);
  const { clientAuth } = tokenSettings(context, handler.grantType);
  const { client } = await authenticateClient(context, call.request, call.form, clientAuth);
  return { client, proof: undefined };
}

function chooseGrant(context: ServerContext, grants: ReadonlyMap<string, GrantHandler>, form: Form): GrantHandler {
  const grantType = form.get('grant_type');
  if (grantType === undefined)
    throw new OAuthError('invalid_request', 'The parameter grant_type is required.', {
      check: 'grant-type-present',
      // parity.md 8.1: the reference system answers what it cannot dispatch with one status.
      ...(context.settings.compat === 'axway' ? { status: 401 } : {}),
    });
  const handler = context.settings.enabledGrants.has(grantType) ? grants.get(grantType) : undefined;
  if (!handler)
    throw new OAuthError('unsupported_grant_type', 'The grant type is not supported.', {
      check: 'grant-type-supported',
      expected: [...grants.keys()].filter((name) => context.settings.enabledGrants.has(name)).join(', '),
    });
  return handler;
}

/** One place for all grants (R20); RFC 6749 4.4 keeps public clients from acting on their own. */
function requireGrantAllowed(handler: GrantHandler, client: Client): void {
  if (handler.clientAuth === 'required' && client.type === 'public')
    throw new OAuthError('unauthorized_client', 'A public client may not use this grant type.', {
      check: 'grant-for-confidential-clients',
    });
  if (!client.grantTypes.includes(handler.grantType))
    throw new OAuthError('unauthorized_client', 'The client may not use this grant type.', {
      check: 'grant-registered',
      expected: client.grantTypes.join(', '),
      got: handler.grantType,
    });
}
