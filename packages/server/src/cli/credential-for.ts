import { randomSecret } from './random-secret.ts';

/** RFC 7518 3.2: as many letters as the longest hash, that of HS512, has bytes. */
export const BYTES_FOR_HMAC = 32;

/** What a new client is given to prove itself with, shown once. */
export type Credential =
  /** It has keys of its own, or is public. */
  | { readonly kind: 'none' }
  /** Kept as a hash. */
  | { readonly kind: 'secret'; readonly secret: string }
  /** For `client_secret_jwt` and ID tokens by HMAC: kept sealed, for it has to be read back. */
  | { readonly kind: 'hmac'; readonly secret: string };

/** By what the registration says of its methods and keys. */
export function credentialFor(registration: Readonly<Record<string, unknown>>): Credential {
  const methods = registration['authMethods'];
  if (registration['type'] === 'public') return { kind: 'none' };
  if (Array.isArray(methods)) {
    if (methods.includes('client_secret_jwt')) return { kind: 'hmac', secret: randomSecret(BYTES_FOR_HMAC) };
    return methods.some((method) => method === 'client_secret_basic' || method === 'client_secret_post')
      ? { kind: 'secret', secret: randomSecret() }
      : { kind: 'none' };
  }
  const keys = ['jwks', 'jwksUri', 'certificates', 'tlsClientAuth'].some(
    (member) => registration[member] !== undefined,
  );
  return keys ? { kind: 'none' } : { kind: 'secret', secret: randomSecret() };
}
