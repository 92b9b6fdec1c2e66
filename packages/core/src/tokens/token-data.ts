import type { Limits } from '../server/config.ts';
import type { Instant, JsonText, Key } from '../store/brands.ts';
import { StoreError } from '../store/store-error.ts';

/** What an access token's row says besides its columns (parity.md 2.10); empty members are left out. */
export interface TokenData {
  readonly v: 1;
  readonly applicationId: string;
  readonly type: string;
  /** What made it: a `grant_type`, or `implicit`. */
  readonly grantType: string;
  readonly username?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Parameters of the request, without credentials (AX-94, AX-141). */
  readonly request?: Readonly<Record<string, string>>;
  readonly redirectUri?: string;
  readonly state?: string;
  /** RFC 8705 3.1: the certificate that it is good with, and with no other. */
  readonly cnf?: Confirmation;
  /** The refresh token given with it, as a digest only (AX-144). */
  readonly refresh?: { readonly digest: Key; readonly expiresAt: Instant };
}

/** RFC 7800 3.1. */
export interface Confirmation {
  readonly 'x5t#S256': string;
}

export function writeTokenData(data: TokenData): JsonText {
  return JSON.stringify(data);
}

/** @throws StoreError `corrupt` */
export function readTokenData(text: JsonText): TokenData {
  try {
    const data = JSON.parse(text) as TokenData;
    if (data.v !== 1) throw new TypeError('unknown version');
    return data;
  } catch (cause) {
    throw new StoreError('corrupt', 'An access token does not hold what was written to it.', { cause });
  }
}

const CREDENTIALS: ReadonlySet<string> = new Set([
  'client_secret',
  'client_assertion',
  'assertion',
  'code',
  'code_verifier',
  'refresh_token',
  'access_token',
  'token',
]);

/**
 * The parameters to keep with a token: no credential, a password only as the mask the reference system shows, and not so
 * many that a store fills up with what no client was asked to send.
 */
export function keptParameters(
  form: { names(): Iterable<string>; get(name: string): string | undefined },
  limits: Pick<Limits, 'keptParameters'>,
): Record<string, string> {
  const kept: [string, string][] = [];
  let room = limits.keptParameters;
  for (const name of form.names()) {
    // In whatever case: what was sent under a wrong name may be right all the same.
    const plain = name.toLowerCase();
    if (CREDENTIALS.has(plain)) continue;
    const value = plain === 'password' ? 'xxxxxxxx' : (form.get(name) ?? '');
    const bytes = Buffer.byteLength(name) + Buffer.byteLength(value);
    if (bytes > room) continue;
    room -= bytes;
    kept.push([name, value]);
  }
  // Own members whatever their names (SEC-61).
  return Object.fromEntries(kept);
}
