import { reportRefusal } from '../endpoints/answered.ts';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../endpoints/endpoint.ts';
import { asOAuthError } from '../oauth/error-response.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';

/** Turns whatever an endpoint for people throws into a page, and tells the operator which check failed. */
export function answeredByPage(
  context: ServerContext,
  name: string,
  handle: (request: EndpointRequest, now: Instant) => Promise<EndpointResponse>,
): Endpoint {
  return async (request) => {
    try {
      return await handle(request, context.runtime.clock.now());
    } catch (thrown) {
      return errorPage(context, name, request, thrown);
    }
  };
}

export function errorPage(
  context: ServerContext,
  endpoint: string,
  request: EndpointRequest,
  thrown: unknown,
  clientId: string | null = null,
): EndpointResponse {
  const error = asOAuthError(thrown);
  reportRefusal(context, endpoint, { request, clientId }, error);
  return { kind: 'error_page', status: error.status, error, headers: error.headers };
}
