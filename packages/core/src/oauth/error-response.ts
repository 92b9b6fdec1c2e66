import type { EndpointResponse, ResponseFormat } from '../endpoints/endpoint.ts';
import type { Settings } from '../server/config.ts';
import { StoreError } from '../store/store-error.ts';
import { ERROR_CATALOGUE, OAuthError, type OAuthErrorCode } from './errors.ts';

/** No answer of an OAuth endpoint is ever stored (RFC 6749 5.1). */
export const NO_STORE: Readonly<Record<string, string>> = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };

/** Seconds after which a client may try again when a store did not answer. */
const RETRY_AFTER = 1;

/** RFC 6749 5.2, with the operator's own description where there is one (AX-65). */
export function errorBody(
  error: OAuthError,
  descriptions: Settings['errorDescriptions'],
): { readonly error: OAuthErrorCode; readonly error_description: string } {
  return { error: error.code, error_description: descriptions[error.code] ?? error.message };
}

/** Endpoints at which `compat: axway` has statuses of its own. */
export type CompatEndpoint = 'token' | 'revoke';

/** Where an endpoint answers a code with another status than the catalogue's, and where the reference system does (parity.md 8.1). */
const STATUS: Record<CompatEndpoint, Record<Settings['compat'], Readonly<Partial<Record<OAuthErrorCode, number>>>>> = {
  token: { none: {}, axway: { invalid_client: 400, unsupported_grant_type: 401 } },
  revoke: { none: { unauthorized_client: 403 }, axway: { unauthorized_client: 401 } },
};

export interface ErrorResponseOptions {
  readonly format: ResponseFormat;
  readonly settings: Pick<Settings, 'errorDescriptions' | 'compat'>;
  readonly endpoint?: CompatEndpoint;
}

/** The one rendering of a refusal for programs. */
export function toEndpointResponse(
  error: OAuthError,
  { format, settings, endpoint }: ErrorResponseOptions,
): EndpointResponse {
  const status = statusAt(error, endpoint, settings.compat);
  const { 'WWW-Authenticate': challenge, ...headers } = error.headers;
  return {
    kind: 'data',
    status,
    format,
    body: errorBody(error, settings.errorDescriptions),
    headers: {
      ...NO_STORE,
      ...headers,
      // A challenge goes with a 401 alone, whatever made the status another one.
      ...(challenge !== undefined && status === 401 ? { 'WWW-Authenticate': challenge } : {}),
    },
  };
}

function statusAt(error: OAuthError, endpoint: CompatEndpoint | undefined, compat: Settings['compat']): number {
  // A status given on purpose (413, 429) says something that is the same everywhere.
  if (!endpoint || error.status !== ERROR_CATALOGUE[error.code]) return error.status;
  return STATUS[endpoint][compat][error.code] ?? error.status;
}

/** Whatever was thrown, as a refusal. Only an {@link OAuthError} says more than that something failed. */
export function asOAuthError(thrown: unknown): OAuthError {
  if (thrown instanceof OAuthError) return thrown;
  if (thrown instanceof StoreError) return fromStore(thrown);
  return new OAuthError('server_error', 'The server met an unexpected condition.', {
    check: 'unexpected',
    cause: thrown,
  });
}

function fromStore(cause: StoreError): OAuthError {
  if (cause.retryable)
    return new OAuthError('temporarily_unavailable', 'The server cannot answer now; try again later.', {
      check: `store-${cause.kind}`,
      retryAfter: RETRY_AFTER,
      cause,
    });
  // Something from outside that no store can keep, found before anything was sent.
  if (cause.kind === 'invalid')
    return new OAuthError('invalid_request', 'The request has a value that cannot be processed.', {
      check: 'store-argument',
      cause,
    });
  return new OAuthError('server_error', 'The server met an unexpected condition.', {
    check: `store-${cause.kind}`,
    cause,
  });
}
