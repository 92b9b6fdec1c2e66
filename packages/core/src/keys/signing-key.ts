import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { PublicJwk } from '../assertions/key-material.ts';
import { algorithmsOf, type VerificationKey } from '../assertions/verification-key.ts';

/** A private key of this server, with the one algorithm that it signs with. */
export interface SigningKey {
  /** The thumbprint of the public key (RFC 7638): the same on every server that has the key. */
  readonly kid: string;
  /** A JWS `alg` (RFC 7518 3.1). */
  readonly algorithm: string;
  readonly key: KeyObject;
  /** For what comes back to us. */
  readonly verification: VerificationKey;
  /** What the key set shows of it (RFC 7517 4). */
  readonly publicJwk: PublicJwk;
}

/**
 * A private key in PEM, PKCS #8 or as OpenSSL writes it: RSA of 2048 to 4096 bits for RS256, P-256, P-384 and P-521 for
 * ES256, ES384 and ES512, Ed25519 for EdDSA.
 * @throws Error whose message is a predicate, without a word of the key
 */
export function readSigningKey(pem: string): SigningKey {
  requireOneKey(pem);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new Error('has something that is no private key in PEM without a passphrase');
  }
  return signingKeyOf(key);
}

/** The same of a key that was read or made before. @throws Error whose message is a predicate */
export function signingKeyOf(key: KeyObject): SigningKey {
  const verification = verificationOf(createPublicKey(key));
  const { algorithms, key: publicKey, kid } = verification;
  const algorithm = algorithms[0] as string;
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: algorithm };
  return { kid, algorithm, key, verification, publicJwk };
}

/**
 * A key that signs no more, private or public, in PEM: what it has signed comes back as a hint for a while.
 * @throws Error whose message is a predicate, without a word of the key
 */
export function readRetiredKey(pem: string): VerificationKey {
  requireOneKey(pem);
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new Error('has something that is no key in PEM without a passphrase');
  }
  return verificationOf(key);
}

/** The others would be left out without a word. A private key and its public one are one. */
function requireOneKey(pem: string): void {
  const kinds = Array.from(pem.matchAll(/-----BEGIN [A-Z ]*(PRIVATE|PUBLIC) KEY-----/g), ([, kind]) => kind);
  if (new Set(kinds).size < kinds.length)
    throw new Error('has several keys in one PEM text, of which only the first would be taken');
}

function verificationOf(key: KeyObject): VerificationKey & { readonly kid: string } {
  const algorithms = algorithmsOf(key);
  if (typeof algorithms === 'string') throw new Error(algorithms);
  const algorithm = key.asymmetricKeyType === 'ed25519' ? 'EdDSA' : (algorithms[0] as string);
  return { kid: thumbprint(key.export({ format: 'jwk' })), key, algorithms: [algorithm] };
}

/** RFC 7638 3.2, RFC 8037 2: the members that make the key, in the order of their names. */
const THUMBED: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
};

function thumbprint(jwk: PublicJwk): string {
  const members = (THUMBED[String(jwk['kty'])] ?? []).map((name) => [name, jwk[name]]);
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(members)))
    .digest('base64url');
}
