import { randomBytes } from 'node:crypto';

/** A client secret of 192 bits, in letters that need no encoding anywhere. */
export function randomSecret(): string {
  return randomBytes(24).toString('hex');
}
