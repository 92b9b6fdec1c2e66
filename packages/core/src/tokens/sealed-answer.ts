import { hkdfSync } from 'node:crypto';
import type { Entropy } from '../runtime/entropy.ts';
import { NONCE, openBytes, sealBytes } from '../runtime/sealed-bytes.ts';
import type { ServerSecrets } from '../server/secrets.ts';
import type { GrantId } from '../store/brands.ts';

/**
 * The last answer of a rotation, kept in its grant for a retry inside the grace. The key comes from the presented
 * handle *and* the server's secret: neither a dump of the store nor an old refresh token opens it alone.
 */
function keyFor(handle: string, secrets: ServerSecrets, index: number): Buffer {
  return Buffer.from(hkdfSync('sha256', handle, secrets.key('answer', index), 'gatehouse/sealed-answer/1', 32));
}

export function sealAnswer(
  answer: string,
  handle: string,
  grant: GrantId,
  secrets: ServerSecrets,
  entropy: Entropy,
): string {
  const sealed = sealBytes(keyFor(handle, secrets, 0), entropy.bytes(NONCE), answer, Buffer.from(grant));
  return sealed.toString('base64url');
}

/** The answer, byte for byte; null where no listed secret with this handle made the seal. */
export function openAnswer(sealed: string, handle: string, grant: GrantId, secrets: ServerSecrets): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  const keyAt = (index: number): Buffer => keyFor(handle, secrets, index);
  return openBytes(bytes, Buffer.from(grant), secrets.count, keyAt)?.toString('utf8') ?? null;
}
