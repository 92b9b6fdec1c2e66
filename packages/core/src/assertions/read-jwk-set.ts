import { parseStrictObject } from '../oauth/strict-json.ts';
import { isForeignJwk, readJwk, type VerificationKey } from './verification-key.ts';

/**
 * The keys for signatures in a key set from elsewhere (RFC 7517 5); keys for other uses are passed over.
 * @throws Error saying what is wrong with it: one private key in it spoils the whole (SEC-63)
 */
export function readJwkSet(text: string, mostKeys: number): readonly VerificationKey[] {
  const set = parseStrictObject(text);
  const keys = Object.hasOwn(set, 'keys') ? set['keys'] : undefined;
  if (!Array.isArray(keys)) throw new Error('It has no list of keys.');
  if (keys.length > mostKeys) throw new Error(`It has ${keys.length} keys; ${mostKeys} are taken.`);
  return keys.flatMap((jwk: unknown, i) => {
    if (isForeignJwk(jwk)) return [];
    const key = readJwk(jwk);
    if (typeof key === 'string') throw new Error(`Its key ${i} ${key}.`);
    return [key];
  });
}
