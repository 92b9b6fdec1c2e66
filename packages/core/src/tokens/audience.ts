import { OAuthError } from '../oauth/errors.ts';

/**
 * RFC 8707 §2.2: the resources asked for, each one allowed; without any, all that are.
 * @throws OAuthError `invalid_target`
 */
export function grantAudience(
  requested: readonly string[],
  allowed: readonly string[],
  limit: number,
): readonly string[] {
  if (requested.length === 0) return allowed;
  if (requested.length > limit)
    throw new OAuthError('invalid_target', 'Too many resources were requested.', {
      check: 'resource-count',
      expected: `at most ${limit}`,
      got: String(requested.length),
    });
  if (!requested.every((resource) => allowed.includes(resource)))
    throw new OAuthError('invalid_target', 'A requested resource is not available to this client.', {
      check: 'resource-allowed',
    });
  return [...new Set(requested)];
}
