import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

/**
 * A file is a salt and frames: length (4 bytes), number (4), tag (16), text under AES-256-GCM. Each file has a key of its
 * own, made of the server's secret, the salt and what the file is, so that a number is never used twice with a key and no
 * frame is taken for one of another place or file.
 */
export const SALT_BYTES = 32;
export const FRAME_HEAD = 24;
const NUMBERED = 8;
const NONCE_BYTES = 12;
/** A batch has at most some thousand records of at most some hundred kilobytes; more is a damaged length. */
export const LONGEST_FRAME = 1_073_741_824;

export type FileKey = Buffer;

export function fileKey(secret: string, salt: Uint8Array, name: string): FileKey {
  return Buffer.from(hkdfSync('sha256', secret, salt, `gatehouse/cache-store/1/${name}`, 32));
}

export function sealFrame(key: FileKey, number: number, text: string): Buffer {
  const plain = Buffer.from(text);
  const head = Buffer.alloc(FRAME_HEAD);
  head.writeUInt32BE(plain.length, 0);
  head.writeUInt32BE(number, 4);
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number)).setAAD(head.subarray(0, NUMBERED));
  const sealed = Buffer.concat([head, cipher.update(plain), cipher.final()]);
  cipher.getAuthTag().copy(sealed, NUMBERED);
  return sealed;
}

/** What the head of a frame says of it, to be believed once it has been opened. */
export function headOf(bytes: Buffer, at = 0): { length: number; number: number } {
  return { length: bytes.readUInt32BE(at), number: bytes.readUInt32BE(at + 4) };
}

/** The text of a frame; null where it is not what was sealed under this key. */
export function openFrame(key: FileKey, frame: Buffer): string | null {
  const { number } = headOf(frame);
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number))
    .setAAD(frame.subarray(0, NUMBERED))
    .setAuthTag(frame.subarray(NUMBERED, FRAME_HEAD));
  try {
    return Buffer.concat([decipher.update(frame.subarray(FRAME_HEAD)), decipher.final()]).toString();
  } catch {
    return null;
  }
}

/** Whether a frame with a later number lies anywhere in these bytes. */
export function hasLaterFrame(key: FileKey, bytes: Buffer, after: number): boolean {
  // Numbers count up, and each frame has a head: so many can there be at most.
  const last = after + Math.ceil(bytes.length / FRAME_HEAD);
  for (let at = 0; at + FRAME_HEAD <= bytes.length; at++) {
    const { length, number } = headOf(bytes, at);
    const end = at + FRAME_HEAD + length;
    if (number <= after || number > last || end > bytes.length) continue;
    if (openFrame(key, bytes.subarray(at, end)) !== null) return true;
  }
  return false;
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUInt32BE(number, NONCE_BYTES - 4);
  return nonce;
}
