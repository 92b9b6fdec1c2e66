import { createCipheriv, createDecipheriv } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
/** Bytes of the nonce that a caller gives; never twice the same for two texts under one key. */
export const NONCE = 12;
const TAG = 16;
/** Bytes by which what is sealed is longer than the text. */
export const SEALED_MORE: number = NONCE + TAG;

/** AES-256-GCM: nonce, tag and text, bound to what it is about. */
export function sealBytes(key: Buffer, nonce: Uint8Array, text: string, about: Buffer): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(about);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** The text in the bytes that {@link sealBytes} made, by the first of so many keys that opens them; null where none does. */
export function openBytes(bytes: Buffer, about: Buffer, keys: number, keyAt: (index: number) => Buffer): Buffer | null {
  for (let index = 0; index < keys; index++) {
    try {
      const decipher = createDecipheriv(ALGORITHM, keyAt(index), bytes.subarray(0, NONCE), { authTagLength: TAG });
      decipher.setAAD(about);
      decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]);
    } catch {
      // Sealed under another of them, about something else, or altered.
    }
  }
  return null;
}
