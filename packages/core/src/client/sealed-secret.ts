import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Entropy } from '../runtime/entropy.ts';
import type { ServerSecrets } from '../server/secrets.ts';
import type { ClientId } from '../store/brands.ts';
import { ClientMetadataError } from './metadata-members.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;
const FORM = /^v1:[A-Za-z0-9_-]{80,2000}$/;
/** RFC 7518 3.2: as long as the hash at least, for whoever sees one HMAC can guess on (SEC-143). */
const SHORTEST = 32;

/**
 * Seals a secret that has to be read back, for this client and no other.
 * @throws ClientMetadataError where it is shorter than 32 bytes
 */
export function sealClientSecret(
  { entropy, secrets }: { readonly entropy: Entropy; readonly secrets: ServerSecrets },
  client: ClientId,
  secret: string,
): string {
  if (Buffer.byteLength(secret) < SHORTEST)
    throw new ClientMetadataError(
      'sealedSecrets',
      `has a secret of fewer than ${SHORTEST} bytes, too short for an HMAC`,
    );
  const nonce = entropy.bytes(NONCE);
  const cipher = createCipheriv(ALGORITHM, secrets.key('client', 0), nonce);
  cipher.setAAD(Buffer.from(client));
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return `v1:${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')}`;
}

/** The secret; null where no listed server secret sealed it for this client. */
export function openClientSecret(secrets: ServerSecrets, client: ClientId, sealed: string): Buffer | null {
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  for (let index = 0; index < secrets.count; index++) {
    try {
      const decipher = createDecipheriv(ALGORITHM, secrets.key('client', index), bytes.subarray(0, NONCE), {
        authTagLength: TAG,
      });
      decipher.setAAD(Buffer.from(client));
      decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]);
    } catch {
      // Sealed under another of the listed secrets, or for another client.
    }
  }
  return null;
}

/** Bytes of the secret inside, which sealing does not hide. */
export function sealedBytes(sealed: string): number {
  return Buffer.from(sealed.slice(3), 'base64url').length - NONCE - TAG;
}

export function isSealedSecret(text: string): boolean {
  return FORM.test(text);
}
