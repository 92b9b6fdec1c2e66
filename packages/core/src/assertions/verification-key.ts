import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { PublicJwk } from './key-material.ts';

/** A public key that signatures are checked with, and the algorithms it is good for: the header only selects (R23). */
export interface VerificationKey {
  readonly kid: string | null;
  readonly key: KeyObject;
  readonly algorithms: readonly string[];
}

const RSA = ['RS256', 'PS256', 'RS384', 'PS384', 'RS512', 'PS512'];
const EC: ReadonlyMap<string, readonly string[]> = new Map([
  ['prime256v1', ['ES256']],
  ['secp384r1', ['ES384']],
  ['secp521r1', ['ES512']],
]);
const EDWARDS = ['Ed25519', 'EdDSA'];

/** Every JWS algorithm that some key may be good for: public-key ones alone (RFC 8725 3.1, 3.2). */
export const SIGNATURE_ALGORITHMS: readonly string[] = [...RSA, ...[...EC.values()].flat(), ...EDWARDS];

/** For `client_secret_jwt` alone; a public key is never taken for one of these. */
export const HMAC_ALGORITHMS: readonly string[] = ['HS256', 'HS384', 'HS512'];

export function isHmac(algorithm: string): boolean {
  return HMAC_ALGORITHMS.includes(algorithm);
}

/** Bits. */
export const SMALLEST_RSA = 2_048;
const LARGEST_RSA = 4_096;
const LARGEST_EXPONENT = 2n ** 32n;
const LONGEST_KID = 255;
/** RFC 7518 6.2.2, 6.3.2, 6.4: whoever can read these can sign. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const KEY_TYPES: readonly unknown[] = ['RSA', 'EC', 'OKP'];

/** What the key's type and size allow; a text where the key is good for nothing. */
export function algorithmsOf(key: KeyObject): readonly string[] | string {
  const details = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa': {
      const { modulusLength = 0, publicExponent = 0n } = details;
      if (modulusLength < SMALLEST_RSA || modulusLength > LARGEST_RSA)
        return `is an RSA key of ${modulusLength} bits; ${SMALLEST_RSA} to ${LARGEST_RSA} are taken`;
      return publicExponent > 1n && publicExponent % 2n === 1n && publicExponent < LARGEST_EXPONENT
        ? RSA
        : 'is an RSA key whose exponent is even, 1, or over 32 bits';
    }
    case 'ec':
      return EC.get(details.namedCurve ?? '') ?? 'is on a curve that is not P-256, P-384 or P-521';
    case 'ed25519':
      return EDWARDS;
    default:
      return 'is neither RSA, nor EC, nor Ed25519';
  }
}

/** Why a JWK cannot be a public key for signatures, as a predicate; null where it is one. */
export function jwkFault(jwk: unknown): string | null {
  const read = readJwk(jwk);
  return typeof read === 'string' ? read : null;
}

/** Whether a set from elsewhere may hold this key and we only pass it over (RFC 7517 5): it is for something else. */
export function isForeignJwk(jwk: unknown): boolean {
  if (typeof jwk !== 'object' || jwk === null || holdsSecret(jwk as PublicJwk)) return false;
  const { kty, use } = jwk as PublicJwk & { kty?: unknown; use?: unknown };
  return (use !== undefined && use !== 'sig') || (typeof kty === 'string' && !KEY_TYPES.includes(kty) && kty !== 'oct');
}

/** The key, or what is wrong with it. */
export function readJwk(jwk: unknown): VerificationKey | string {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return 'is not an object';
  const members = new Map<string, unknown>(Object.entries(jwk));
  const { alg, kid, kty, operations, use } = {
    alg: members.get('alg'),
    kid: members.get('kid'),
    kty: members.get('kty'),
    operations: members.get('key_ops'),
    use: members.get('use'),
  };
  if (holdsSecret(jwk as PublicJwk)) return 'holds a private or secret key; register the public one alone';
  if (!KEY_TYPES.includes(kty)) return 'has a kty other than RSA, EC and OKP';
  if (use !== undefined && use !== 'sig') return 'has a use other than sig';
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    return 'has key_ops without verify';
  if (kid !== undefined && (typeof kid !== 'string' || kid === '' || Buffer.byteLength(kid) > LONGEST_KID))
    return `has a kid that is not a text of 1 to ${LONGEST_KID} bytes`;
  let key: KeyObject;
  try {
    key = createPublicKey({ key: jwk as import('node:crypto').JsonWebKey, format: 'jwk' });
  } catch {
    return 'has members that make no key';
  }
  const algorithms = algorithmsOf(key);
  if (typeof algorithms === 'string') return algorithms;
  if (alg !== undefined && !algorithms.includes(alg as string)) return 'has an alg that does not fit its key';
  return {
    kid: (kid as string | undefined) ?? null,
    key,
    algorithms: alg === undefined ? algorithms : [alg as string],
  };
}

function holdsSecret(jwk: PublicJwk): boolean {
  return PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member)) || jwk['kty'] === 'oct';
}

/** The certificate as it is kept (DER in base64) and its key, or what is wrong with it. Its dates are not judged: the key counts because it is registered. */
export function readCertificate(text: string): { readonly der: string; readonly key: VerificationKey } | string {
  const pem = /^\s*-----BEGIN CERTIFICATE-----/.test(text);
  if (!pem && !/^[A-Za-z0-9+/=\s]+$/.test(text)) return 'is neither PEM nor base64';
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem ? text : Buffer.from(text, 'base64'));
  } catch {
    return 'is no X.509 certificate';
  }
  const key = certificate.publicKey;
  const algorithms = algorithmsOf(key);
  if (typeof algorithms === 'string') return `holds a key that ${algorithms}`;
  return { der: certificate.raw.toString('base64'), key: { kid: null, key, algorithms } };
}
