import { asOAuthError, type CompatEndpoint, toEndpointResponse } from '../oauth/error-response.ts';
import type { OAuthError } from '../oauth/errors.ts';
import { describeCause } from '../runtime/describe-cause.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import { isTold } from '../store/trouble.ts';
import type { Endpoint, EndpointRequest, EndpointResponse, ResponseFormat } from './endpoint.ts';

/** What one request of a machine endpoint carries along: its instant, and the format its answer is wanted in. */
export interface Call {
  readonly request: EndpointRequest;
  /** Taken once, before any read. */
  readonly now: Instant;
  /** `json` until the request has said otherwise. */
  format: ResponseFormat;
  /** Known once authenticated; for the log. */
  clientId: string | null;
}

export interface AnsweredOptions {
  readonly name: string;
  readonly compat?: CompatEndpoint;
}

/** Turns whatever a machine endpoint throws into the one answer, and tells the operator which check failed. */
export function answered(
  context: ServerContext,
  { name, compat }: AnsweredOptions,
  handle: (call: Call) => Promise<EndpointResponse>,
): Endpoint {
  return async (request) => {
    const call: Call = { request, now: context.runtime.clock.now(), format: 'json', clientId: null };
    try {
      return await handle(call);
    } catch (thrown) {
      const error = asOAuthError(thrown);
      reportRefusal(context, name, call, error);
      return toEndpointResponse(error, {
        format: call.format,
        settings: context.settings,
        ...(compat ? { endpoint: compat } : {}),
      });
    }
  };
}

/** The failed check under the trace id that the client got; a defect also leaves its cause. */
export function reportRefusal(
  context: ServerContext,
  endpoint: string,
  call: Pick<Call, 'request' | 'clientId'>,
  error: OAuthError,
): void {
  const { traceId } = call.request;
  const { check, expected = null, got = null } = error.failed;
  context.runtime.events.emit('request.refused', {
    traceId,
    endpoint,
    error: error.code,
    check,
    expected,
    got,
    clientId: call.clientId,
  });
  // A store in trouble is told once, not with each request that it meets.
  if (error.cause !== undefined && !isTold(error.cause))
    context.runtime.log.error({ traceId, endpoint, cause: describeCause(error.cause) }, 'A request failed.');
}
