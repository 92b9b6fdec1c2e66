import type { Entropy } from '../runtime/entropy.ts';
import { NONCE, openBytes, SEALED_MORE, sealBytes } from '../runtime/sealed-bytes.ts';
import type { ServerSecrets } from '../server/secrets.ts';
import type { ClientId } from '../store/brands.ts';
import { ClientMetadataError } from './metadata-members.ts';

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
  const sealed = sealBytes(secrets.key('client', 0), entropy.bytes(NONCE), secret, Buffer.from(client));
  return `v1:${sealed.toString('base64url')}`;
}

/** The secret; null where no listed server secret sealed it for this client. */
export function openClientSecret(secrets: ServerSecrets, client: ClientId, sealed: string): Buffer | null {
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  return openBytes(bytes, Buffer.from(client), secrets.count, (index) => secrets.key('client', index));
}

/** Bytes of the secret inside, which sealing does not hide. */
export function sealedBytes(sealed: string): number {
  return Buffer.from(sealed.slice(3), 'base64url').length - SEALED_MORE;
}

export function isSealedSecret(text: string): boolean {
  return FORM.test(text);
}
