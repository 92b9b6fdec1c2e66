import { createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';

/** JWTs made by hand, since no library makes the wrong ones. */

export interface Signer {
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: JsonWebKey & { readonly kid: string };
}

function signer(
  alg: string,
  kid: string,
  { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject },
): Signer {
  return { alg, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid } };
}

export const ec = (kid = 'ec'): Signer => signer('ES256', kid, generateKeyPairSync('ec', { namedCurve: 'P-256' }));
export const rsa = (kid = 'rsa', modulusLength = 2048): Signer =>
  signer('RS256', kid, generateKeyPairSync('rsa', { modulusLength }));
export const ed = (kid = 'ed'): Signer => signer('Ed25519', kid, generateKeyPairSync('ed25519'));

export const b64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export function signInput(alg: string, key: KeyObject | string, input: string): string {
  const bytes = Buffer.from(input);
  const hash = `sha${alg.slice(2)}`;
  if (typeof key === 'string') return createHmac(hash, key).update(bytes).digest('base64url');
  if (alg.startsWith('ES')) return sign(hash, bytes, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  if (alg.startsWith('RS')) return sign(hash, bytes, key).toString('base64url');
  return sign(null, bytes, key).toString('base64url');
}

export interface JwtOptions {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly alg?: string;
}

/** `claims`: an object, or the payload's text as it is. */
export function makeJwt(
  signer: Pick<Signer, 'alg' | 'privateKey'> | { readonly alg: string; readonly secret: string },
  claims: Readonly<Record<string, unknown>> | string,
  { alg = signer.alg, header = {} }: JwtOptions = {},
): string {
  const input = `${b64({ alg, ...header })}.${b64(claims)}`;
  return `${input}.${signInput(alg, 'secret' in signer ? signer.secret : signer.privateKey, input)}`;
}
