import type { Client } from '../client/client.ts';
import type { EndpointRequest } from '../endpoints/endpoint.ts';
import { OAuthError } from '../oauth/errors.ts';
import { grantScope, isScopeToken } from '../oauth/scope.ts';
import type { Owner } from '../owner/owner.ts';
import type { ServerContext } from '../server/context.ts';
import type { AssertionFacts } from '../server/hooks.ts';
import { tokenSettings } from '../tokens/issue.ts';

export interface ScopeQuestion {
  readonly client: Client;
  readonly owner: Owner | null;
  readonly grantType: string;
  readonly requestedScope: readonly string[];
  readonly request: Pick<EndpointRequest, 'clientAddress' | 'traceId'>;
  readonly assertion?: AssertionFacts;
}

/**
 * The scopes that may be granted: by the client's registration, or by the deployment's hook (AX-78 to AX-81).
 * @throws OAuthError `invalid_scope` where none is left
 */
export async function chooseScope(context: ServerContext, question: ScopeQuestion): Promise<readonly string[]> {
  const { assertion, client, grantType, owner, request, requestedScope } = question;
  const { match, source } = tokenSettings(context, grantType).scopes;
  const { chooseScopes } = context.hooks;
  if (source === 'application' || !chooseScopes)
    return grantScope({
      requested: requestedScope,
      client,
      match,
      openidScope: context.settings.authorize.openidScope,
    });
  const { clientAddress, traceId } = request;
  const chosen = await chooseScopes({
    client,
    owner,
    grantType,
    requestedScope,
    clientAddress,
    traceId,
    ...(assertion === undefined ? {} : { assertion }),
  });
  if (chosen.length === 0)
    throw new OAuthError('invalid_scope', 'No scope can be granted.', { check: 'scope-hook', got: 'no scope' });
  if (!chosen.every(isScopeToken)) throw new TypeError('The hook chooseScopes returned something that is no scope.');
  return [...new Set(chosen)];
}
