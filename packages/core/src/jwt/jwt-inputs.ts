/** One kind of JWT that somebody may send us; a table so that no kind is ever taken for another (RFC 8725 3.11, SEC-128). */
export interface JwtInput {
  /** For the operator. */
  readonly name: string;
  /** Values of `typ` that may be there, in lower case; none has to be. */
  readonly types: readonly string[];
  /** Every other claim of RFC 7519 4.1 may be left out, and is judged where it is there. */
  readonly required: readonly string[];
  /** Times may also be texts of digits, which the reference system tolerates (AX-99). */
  readonly timesAsText: boolean;
  /** Whether it may have claims of {@link CLAIMS_OF_OTHER_KINDS}: an ID token says whatever its issuer knows of somebody. */
  readonly anyClaims?: true;
}

/**
 * Claims that only another kind of JWT has. Some kinds may go without a `typ`, and a client signs them for this server
 * with the very key of its assertions: a request object, which browsers see, would be a grant (RFC 8725 2.8, RFC 9101 10.8).
 */
export const CLAIMS_OF_OTHER_KINDS: ReadonlyMap<string, string> = new Map([
  ...['response_type', 'response_mode', 'redirect_uri', 'code_challenge'].map(
    (name) => [name, 'a request object'] as const,
  ),
  ...['login_hint', 'login_hint_token', 'id_token_hint', 'binding_message', 'client_notification_token'].map(
    (name) => [name, 'a backchannel authentication request'] as const,
  ),
  ...['htm', 'htu'].map((name) => [name, 'a DPoP proof'] as const),
  ...['software_id', 'redirect_uris'].map((name) => [name, 'a software statement'] as const),
  ['events', 'a logout token or security event'],
  ['token_introspection', 'an introspection response'],
]);

/** RFC 7523 3 with 2.2: a client proves itself. */
export const CLIENT_ASSERTION: JwtInput = {
  name: 'client assertion',
  types: ['jwt', 'client-authentication+jwt'],
  required: ['iss', 'sub', 'aud', 'exp', 'jti'],
  timesAsText: false,
};

/** OpenID Connect Core 2: one of ours that comes back as a hint, or one that a client of somebody's was given. */
export const ID_TOKEN: JwtInput = {
  name: 'ID token',
  types: ['jwt'],
  required: ['iss', 'sub', 'aud', 'exp', 'iat'],
  timesAsText: false,
  anyClaims: true,
};

/** RFC 7523 3 with 2.1: a grant. A trusted issuer's has to have a subject too. */
export const GRANT_ASSERTION: JwtInput = {
  name: 'grant assertion',
  types: ['jwt'],
  required: ['iss', 'aud', 'exp'],
  timesAsText: true,
};
