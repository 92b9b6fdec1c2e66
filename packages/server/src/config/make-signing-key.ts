import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);
type Maker = () => Promise<{ readonly privateKey: KeyObject }>;

/** RS256, which every client of OpenID Connect knows (Core 15.1). */
export const makeRs256Key: Maker = () => generate('rsa', { modulusLength: 2_048 });

/** How a private key for ID tokens is made, by the algorithm that it signs. */
export const KEY_MAKERS: ReadonlyMap<string, Maker> = new Map([
  ['RS256', makeRs256Key],
  ['ES256', () => generate('ec', { namedCurve: 'P-256' })],
  ['ES384', () => generate('ec', { namedCurve: 'P-384' })],
  ['ES512', () => generate('ec', { namedCurve: 'P-521' })],
  ['EdDSA', () => generate('ed25519')],
]);
