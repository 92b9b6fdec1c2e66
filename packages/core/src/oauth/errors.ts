/** The closed catalogue: the 21 codes of the reference system and those of the RFCs that Gatehouse adds. */
export const ERROR_CATALOGUE = {
  invalid_request: 400,
  unauthorized_client: 400,
  access_denied: 403,
  unsupported_response_type: 400,
  invalid_scope: 400,
  server_error: 500,
  temporarily_unavailable: 503,
  invalid_client: 401,
  invalid_grant: 400,
  unsupported_grant_type: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  interaction_required: 400,
  login_required: 400,
  account_selection_required: 400,
  consent_required: 400,
  invalid_request_uri: 400,
  invalid_request_object: 400,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  registration_not_supported: 400,
  invalid_target: 400,
  unsupported_token_type: 400,
} as const;

/** RFC 6749 5.2 and 4.1.2.1, RFC 6750 3.1, OpenID Connect Core 3.1.2.6, RFC 8707 2. */
export type OAuthErrorCode = keyof typeof ERROR_CATALOGUE;

/** What an operator reads and a client never does: the check that failed, what it expected and what it got, redacted. */
export interface FailedCheck {
  /** Stable, kebab-case: `redirect-uri-registered`. */
  readonly check: string;
  readonly expected?: string;
  readonly got?: string;
}

/** What goes with a refusal besides its code and text. */
export interface OAuthErrorOptions extends FailedCheck {
  /** Absent: the catalogue's. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds; becomes `Retry-After`. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** A refusal. The message becomes `error_description`: a fixed text without outside input. The rest stays home. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthErrorCode;
  readonly status: number;
  readonly failed: FailedCheck;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: OAuthErrorCode, description: string, options: OAuthErrorOptions) {
    super(description, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? ERROR_CATALOGUE[code];
    this.failed = {
      check: options.check,
      ...(options.expected === undefined ? {} : { expected: options.expected }),
      ...(options.got === undefined ? {} : { got: options.got }),
    };
    this.headers = {
      ...options.headers,
      ...(options.retryAfter === undefined ? {} : { 'Retry-After': String(options.retryAfter) }),
    };
  }
}
