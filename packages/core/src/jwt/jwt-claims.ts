import { AssertionFault } from '../assertions/assertion-fault.ts';
import type { Instant } from '../store/brands.ts';
import { type JoseObject, member } from './compact.ts';
import { CLAIMS_OF_OTHER_KINDS, type JwtInput } from './jwt-inputs.ts';

/** The registered claims of RFC 7519 4.1, each of the type it must have; times in milliseconds. */
export interface JwtClaims {
  readonly iss: string;
  readonly sub: string | null;
  readonly aud: readonly string[];
  /** Whether `aud` is one text rather than a list. */
  readonly audIsText: boolean;
  readonly exp: Instant;
  readonly nbf: Instant | undefined;
  readonly iat: Instant | undefined;
  readonly jti: string | null;
}

/** `iss` and `sub` are names that somebody configured or registered. */
const LONGEST_NAME = 2_048;
const DIGITS = /^\d{1,10}$/;

/**
 * Presence and type of each claim, before any is compared (R24, SEC-32).
 * @throws AssertionFault
 */
export function readJwtClaims(
  payload: JoseObject,
  input: JwtInput,
  limits: { readonly assertionId: number },
): JwtClaims {
  const foreign = input.anyClaims ? undefined : Object.keys(payload).find((name) => CLAIMS_OF_OTHER_KINDS.has(name));
  if (foreign !== undefined)
    throw new AssertionFault(
      'jwt-kind',
      `a ${input.name}, and no claim of another kind of JWT`,
      `${foreign}, of ${CLAIMS_OF_OTHER_KINDS.get(foreign)}`,
    );
  const missing = input.required.find((name) => !Object.hasOwn(payload, name));
  if (missing !== undefined)
    throw new AssertionFault('jwt-claim-present', `the claims ${input.required.join(', ')}`, `no ${missing}`);
  const text = (name: string, longest: number): string | null => {
    const value = member(payload, name);
    if (value === undefined) return null;
    if (typeof value !== 'string' || value === '' || Buffer.byteLength(value) > longest)
      throw wrong(name, 'a text that is neither empty nor too long');
    return value;
  };
  const time = (name: string): Instant | undefined => {
    const value = member(payload, name);
    if (value === undefined) return undefined;
    const seconds = input.timesAsText && typeof value === 'string' && DIGITS.test(value) ? Number(value) : value;
    if (typeof seconds !== 'number' || !Number.isFinite(seconds)) throw wrong(name, 'a number of seconds');
    return seconds * 1000;
  };
  const aud = audience(payload);
  return {
    iss: text('iss', LONGEST_NAME) ?? '',
    sub: text('sub', LONGEST_NAME),
    aud,
    audIsText: typeof member(payload, 'aud') === 'string',
    exp: time('exp') ?? 0,
    nbf: time('nbf'),
    iat: time('iat'),
    jti: text('jti', limits.assertionId),
  };
}

/** SEC-66: a list with anything else in it is no list of audiences. */
function audience(payload: JoseObject): readonly string[] {
  const aud = member(payload, 'aud');
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (list.length === 0 || !list.every((one): one is string => typeof one === 'string' && one !== ''))
    throw wrong('aud', 'a text, or a list of texts');
  return list;
}

function wrong(claim: string, as: string): AssertionFault {
  return new AssertionFault('jwt-claim-type', `${claim} as ${as}`);
}
