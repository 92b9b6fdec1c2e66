import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Entropy } from '../runtime/entropy.ts';
import type { ServerSecrets } from '../server/secrets.ts';
import type { GrantId } from '../store/brands.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

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
  const nonce = entropy.bytes(NONCE);
  const cipher = createCipheriv(ALGORITHM, keyFor(handle, secrets, 0), nonce);
  cipher.setAAD(Buffer.from(grant));
  const text = Buffer.concat([cipher.update(answer, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
}

/** The answer, byte for byte; null where no listed secret with this handle made the seal. */
export function openAnswer(sealed: string, handle: string, grant: GrantId, secrets: ServerSecrets): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  for (let index = 0; index < secrets.count; index++) {
    try {
      const decipher = createDecipheriv(ALGORITHM, keyFor(handle, secrets, index), bytes.subarray(0, NONCE), {
        authTagLength: TAG,
      });
      decipher.setAAD(Buffer.from(grant));
      decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8');
    } catch {
      // Sealed under another of the listed secrets, or not ours.
    }
  }
  return null;
}
