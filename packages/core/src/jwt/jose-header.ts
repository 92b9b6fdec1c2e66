import { AssertionFault } from '../assertions/assertion-fault.ts';
import { HMAC_ALGORITHMS, SIGNATURE_ALGORITHMS } from '../assertions/verification-key.ts';
import { type JoseObject, member } from './compact.ts';

/** What a JWS header selects among what is registered; nothing else in it counts. */
export interface JwsHeader {
  readonly alg: string;
  readonly kid: string | null;
}

/** SEC-97 to SEC-100: a key brought along, an extension, a compression, a payload that is not what was signed. */
const FORBIDDEN: readonly string[] = ['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'zip'];

/** @throws AssertionFault */
export function readJwsHeader(header: JoseObject, types: readonly string[], longestKid: number): JwsHeader {
  requirePlain(header, [...FORBIDDEN, 'enc', 'epk', 'p2c', 'p2s', 'cty']);
  const typ = member(header, 'typ');
  if (typ !== undefined && !(typeof typ === 'string' && types.includes(typ.toLowerCase())))
    throw new AssertionFault('jwt-type', `no typ, or one of ${types.join(', ')}`);
  const alg = member(header, 'alg');
  // Not "what is not forbidden": each spelling of none, and each family that a key is not for, is simply not in a list.
  if (typeof alg !== 'string' || !(SIGNATURE_ALGORITHMS.includes(alg) || HMAC_ALGORITHMS.includes(alg)))
    throw new AssertionFault('jwt-algorithm-known', [...SIGNATURE_ALGORITHMS, ...HMAC_ALGORITHMS].join(', '));
  return { alg, kid: readKid(header, longestKid) };
}

const KEY_ENCRYPTION = ['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'];
const CONTENT_ENCRYPTION = ['A128GCM', 'A256GCM', 'A128CBC-HS256', 'A256CBC-HS512'];

/** Which algorithms a JWE may have: no password, no RSA 1.5, no key agreed beforehand (R25). */
export const ENCRYPTION: { readonly key: readonly string[]; readonly content: readonly string[] } = {
  key: KEY_ENCRYPTION,
  content: CONTENT_ENCRYPTION,
};

/** Judged before anything is decrypted or derived. @throws AssertionFault */
export function requireJweHeader(header: JoseObject, longestKid: number): void {
  requirePlain(header, [...FORBIDDEN, 'p2c', 'p2s']);
  const [alg, enc, cty] = [member(header, 'alg'), member(header, 'enc'), member(header, 'cty')];
  if (typeof alg !== 'string' || !KEY_ENCRYPTION.includes(alg))
    throw new AssertionFault('jwt-encryption-algorithm', KEY_ENCRYPTION.join(', '));
  if (typeof enc !== 'string' || !CONTENT_ENCRYPTION.includes(enc))
    throw new AssertionFault('jwt-encryption-content', CONTENT_ENCRYPTION.join(', '));
  // RFC 7519 5.2: a nested JWT says so; one that says something else is something else.
  if (cty !== undefined && !(typeof cty === 'string' && cty.toLowerCase() === 'jwt'))
    throw new AssertionFault('jwt-nested', 'no cty, or JWT');
  readKid(header, longestKid);
}

function requirePlain(header: JoseObject, forbidden: readonly string[]): void {
  const found = forbidden.find((name) => Object.hasOwn(header, name));
  if (found !== undefined) throw new AssertionFault('jwt-header-member', `no ${forbidden.join(', ')}`, found);
}

function readKid(header: JoseObject, longest: number): string | null {
  const kid = member(header, 'kid');
  if (kid === undefined) return null;
  // SEC-98: compared with what is registered, never a path, a URL or part of a statement.
  if (typeof kid !== 'string' || Buffer.byteLength(kid) > longest)
    throw new AssertionFault('jwt-kid', `a kid of at most ${longest} bytes`);
  return kid;
}
