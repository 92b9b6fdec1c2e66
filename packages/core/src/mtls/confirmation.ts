import { OAuthError } from '../oauth/errors.ts';
import type { Granted } from '../tokens/granted.ts';
import type { Confirmation } from '../tokens/token-data.ts';
import { certificateThumbprint } from './client-certificate.ts';

/**
 * RFC 8705 3: what an access token is bound to; null for a client whose tokens are not.
 * @throws OAuthError `invalid_request` where such a client asks without a certificate: an unbound token would be a weaker one
 */
export function confirmationFor({ client, http }: Pick<Granted, 'client' | 'http'>): Confirmation | null {
  if (!client.certificateBoundTokens) return null;
  const thumbprint = certificateThumbprint(http);
  if (thumbprint !== null) return { 'x5t#S256': thumbprint };
  throw new OAuthError('invalid_request', 'The tokens of this client are bound to a certificate, and none was shown.', {
    check: 'certificate-present',
  });
}
