import { OAuthError, type OAuthErrorCode } from '../oauth/errors.ts';
import { bearerChallenge } from '../oauth/www-authenticate.ts';

export type ResourceCheck = 'token' | 'known' | 'live' | 'client' | 'certificate' | 'scope' | 'owner';

interface Refusal {
  readonly status: number;
  readonly code: OAuthErrorCode;
  readonly text: string;
}

/** The refusals of a protected resource, in the order of its checks (parity.md 1.7), text for text; that of a certificate is ours. */
const REFUSALS: Record<ResourceCheck, Refusal> = {
  token: { status: 400, code: 'invalid_request', text: 'Unable to find token in the message.' },
  known: { status: 401, code: 'invalid_token', text: 'Unable to find the access token in persistent storage.' },
  live: { status: 401, code: 'invalid_token', text: 'The access token expired.' },
  client: { status: 401, code: 'invalid_token', text: 'The client app was not found or is disabled.' },
  // RFC 8705 3: a bound token without its certificate is no token.
  certificate: { status: 401, code: 'invalid_token', text: 'The access token is bound to another certificate.' },
  // At UserInfo alone: a client's own token tells of nobody.
  owner: { status: 401, code: 'invalid_token', text: 'The access token has no owner.' },
  scope: {
    status: 403,
    code: 'insufficient_scope',
    text: 'scope(s) associated with access token are not valid to access this resource.',
  },
};

export interface ResourceRefusalOptions {
  readonly realm: string;
  readonly got?: string;
  /** For `scope` only. */
  readonly scope?: string;
}

export function resourceRefusal(check: ResourceCheck, { got, realm, scope }: ResourceRefusalOptions): OAuthError {
  const { code, status, text } = REFUSALS[check];
  return new OAuthError(code, text, {
    check: `resource-${check}`,
    status,
    headers: {
      'WWW-Authenticate': bearerChallenge({
        realm,
        error: code,
        description: text,
        ...(scope === undefined ? {} : { scope }),
      }),
    },
    ...(got === undefined ? {} : { got }),
  });
}

/** RFC 6750 3.1: a request without any authentication is told the scheme and no error. */
export function bareChallenge(realm: string): OAuthError {
  return new OAuthError('invalid_token', REFUSALS.token.text, {
    check: 'resource-token',
    status: 401,
    headers: { 'WWW-Authenticate': bearerChallenge({ realm }) },
  });
}
