import { createHash } from 'node:crypto';
import { hashOf } from '../keys/sign-jwt.ts';

/**
 * `at_hash` and `c_hash` (OpenID Connect Core 3.1.3.6, 3.3.2.11): the left half of the text's hash in base64url, by the hash
 * of the algorithm that signs the ID token.
 */
export function halfHash(algorithm: string, text: string): string {
  const hash = createHash(hashOf(algorithm)).update(text, 'ascii').digest();
  return hash.subarray(0, hash.length / 2).toString('base64url');
}
