import { constants, createHmac, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';

/** What signs a JWT: a key of this server, or a secret that a client has too. */
export interface JwtSigner {
  /** A JWS `alg` (RFC 7518 3.1). */
  readonly algorithm: string;
  /** Null where there is nothing to choose from. */
  readonly kid: string | null;
  readonly key: KeyObject | Buffer;
}

const inThreadPool = promisify(sign) as (
  hash: string | null,
  data: Buffer,
  key: Parameters<typeof sign>[2],
) => Promise<Buffer>;

/** RFC 7515 7.1: header, payload and signature. In the thread pool, so that a second core can help. */
export async function signJwt({ algorithm, key, kid }: JwtSigner, claims: object): Promise<string> {
  const header = { alg: algorithm, typ: 'JWT', ...(kid === null ? {} : { kid }) };
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${(await signatureOf(algorithm, key, input)).toString('base64url')}`;
}

/** The hash of a JWS algorithm, by the name that Node has for it; Ed25519 has SHA-512 inside. */
export function hashOf(algorithm: string): string {
  return algorithm === 'EdDSA' || algorithm === 'Ed25519' ? 'sha512' : `sha${algorithm.slice(-3)}`;
}

async function signatureOf(algorithm: string, key: KeyObject | Buffer, input: string): Promise<Buffer> {
  if (Buffer.isBuffer(key)) return createHmac(hashOf(algorithm), key).update(input).digest();
  const hash = key.asymmetricKeyType === 'ed25519' ? null : hashOf(algorithm);
  return inThreadPool(hash, Buffer.from(input), { key, ...(PARAMETERS[algorithm.slice(0, 2)] ?? {}) });
}

/** RFC 7518 3.3 to 3.5, by what an algorithm's name begins with. */
const PARAMETERS: Readonly<Record<string, object>> = {
  RS: { padding: constants.RSA_PKCS1_PADDING },
  // R and S one after the other, not in ASN.1.
  ES: { dsaEncoding: 'ieee-p1363' },
};

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
