import { AssertionFault } from '../assertions/assertion-fault.ts';
import { parseStrictObject } from '../oauth/strict-json.ts';

/** The members of a header or payload: look them up with `Object.hasOwn`, or {@link member}. */
export type JoseObject = Readonly<Record<string, unknown>>;

/** RFC 7515 7.1, cut and decoded, with nothing verified. */
export interface CompactJws {
  readonly text: string;
  readonly header: JoseObject;
  readonly payload: JoseObject;
  /** Header and payload as they were signed. */
  readonly signingInput: string;
}

const PARTS = { jws: 3, jwe: 5 } as const;
const ALPHABET = /^[A-Za-z0-9_-]*$/;
// R16: what is not UTF-8 is refused, not mended; a byte order mark is a character like others.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Our own reader, stricter than any library, that sees a JWT first (R25): exact number of parts, the one base64url
 * writing of each, UTF-8, objects without a member twice.
 * @throws AssertionFault without a word of the text
 */
export function parseCompactJws(
  text: string,
  limits: { readonly jwt: number; readonly joseHeader: number },
): CompactJws {
  const [header = '', payload = '', signature = ''] = partsOf(text, 'jws', limits.jwt);
  requireBase64url(signature, 'jwt-signature-encoding');
  if (signature === '') throw new AssertionFault('jwt-signature-present', 'a signature');
  return {
    text,
    header: parseHeader(header, limits.joseHeader),
    payload: objectOf(payload, 'jwt-payload'),
    signingInput: `${header}.${payload}`,
  };
}

/** The header of an RFC 7516 7.1 compact JWE, whose other parts are base64url at least. @throws AssertionFault */
export function parseCompactJwe(
  text: string,
  limits: { readonly jwt: number; readonly joseHeader: number },
): JoseObject {
  const [header = '', ...others] = partsOf(text, 'jwe', limits.jwt);
  for (const part of others) requireBase64url(part, 'jwt-encryption-encoding');
  return parseHeader(header, limits.joseHeader);
}

/** Whether a text has the form of a JWE rather than of a JWS: all that can be said before it is parsed. */
export function looksEncrypted(text: string): boolean {
  return text.split('.', PARTS.jwe + 1).length === PARTS.jwe;
}

/** An own member, whatever its name. */
export function member(object: JoseObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function partsOf(text: string, form: keyof typeof PARTS, most: number): readonly string[] {
  if (Buffer.byteLength(text) > most) throw new AssertionFault('jwt-size', `at most ${most} bytes`);
  const parts = text.split('.', PARTS.jwe + 1);
  if (parts.length !== PARTS[form])
    throw new AssertionFault('jwt-parts', `${PARTS[form]} parts with a dot between two`);
  return parts;
}

function parseHeader(part: string, most: number): JoseObject {
  if (part.length > Math.ceil((most * 4) / 3)) throw new AssertionFault('jwt-header-size', `at most ${most} bytes`);
  return objectOf(part, 'jwt-header');
}

function objectOf(part: string, check: string): JoseObject {
  const bytes = requireBase64url(part, `${check}-encoding`);
  try {
    return parseStrictObject(utf8.decode(bytes));
  } catch (error) {
    // A SyntaxError of ours says what is wrong without a word of the text; the decoder's TypeError says nothing more.
    throw new AssertionFault(
      check,
      'a JSON object in UTF-8, no member twice',
      error instanceof SyntaxError ? error.message : 'no UTF-8',
    );
  }
}

/** RFC 7515 2: without padding, white space or line ends, and in the one form that encoding gives. */
function requireBase64url(part: string, check: string): Buffer {
  const bytes = ALPHABET.test(part) ? Buffer.from(part, 'base64url') : null;
  if (bytes?.toString('base64url') !== part)
    throw new AssertionFault(check, 'base64url without padding, in its one form');
  return bytes;
}
