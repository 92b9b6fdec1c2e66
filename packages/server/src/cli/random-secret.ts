import { randomBytes } from 'node:crypto';

/** A client secret, 192 bits if nothing else is said, in letters that need no encoding anywhere: two to a byte. */
export function randomSecret(bytes = 24): string {
  return randomBytes(bytes).toString('hex');
}
