import { OAuthError } from '../oauth/errors.ts';

/** RFC 6749 5.2: one answer for every reason; the reason is the operator's. */
export function invalidGrant(what: string, check: string): OAuthError {
  return new OAuthError('invalid_grant', `The ${what} is invalid, expired, revoked or was issued to another client.`, {
    check,
  });
}
