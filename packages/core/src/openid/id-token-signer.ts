import { isHmac } from '../assertions/verification-key.ts';
import type { Client } from '../client/client.ts';
import { hmacSecrets } from '../client/hmac-secrets.ts';
import type { JwtSigner } from '../keys/sign-jwt.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';

/** Whether this server speaks OpenID Connect: with a key to sign with, and not without. */
export function speaksOpenid({ signingKeys }: Pick<ServerContext, 'signingKeys'>): boolean {
  return signingKeys.length > 0;
}

/**
 * What signs the ID tokens of a client: the first key of the algorithm it has registered, or the first key of all; for an
 * HMAC its own secret (OpenID Connect Core 10.1).
 * @throws Error where neither is there any more
 */
export function idTokenSigner(context: ServerContext, client: Client, now: Instant): JwtSigner {
  const { signingKeys } = context;
  const wanted = client.idTokenSignedResponseAlg ?? signingKeys[0]?.algorithm ?? '';
  if (isHmac(wanted)) {
    const secret = hmacSecrets(context, client, now).find(({ algorithms }) => algorithms.includes(wanted));
    if (secret) return { algorithm: wanted, kid: null, key: secret.key };
  }
  const key = signingKeys.find(({ algorithm }) => algorithm === wanted);
  if (!key) throw new Error(`The client ${client.id} is to have ID tokens by ${wanted}, and there is no key for that.`);
  return key;
}
