import type { EndpointRequest, EndpointResponse } from '../endpoints/endpoint.ts';

/** The request from its beginning, in the same browser. */
export function startAgain(request: Pick<EndpointRequest, 'method'>, self: string): EndpointResponse {
  return { kind: 'redirect', status: request.method === 'POST' ? 303 : 302, location: self };
}
