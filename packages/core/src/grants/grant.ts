import type { Instant, JsonText, Key } from '../store/brands.ts';
import type { Register } from '../store/records.ts';
import { StoreError } from '../store/store-error.ts';

/** A grant's facts: fixed when the owner decided, the JSON of its register's `data`. */
export interface GrantData {
  readonly v: 1;
  /** What made it: a grant type, or `implicit`. */
  readonly origin: string;
  /** As the authorization request sent it; null where it was left out. */
  readonly redirectUri: string | null;
  readonly challenge: { readonly method: 'S256' | 'plain'; readonly value: string } | null;
  readonly scope: readonly string[];
  readonly requestedScope: readonly string[];
  readonly audience: readonly string[];
  readonly nonce: string | null;
  readonly state: string | null;
  /** When the owner's password was checked; null without an owner. */
  readonly authenticatedAt: Instant | null;
  /** Whether it stands on a remembered consent, so that it falls with it. */
  readonly consent: boolean;
  /** The family's absolute end: no token outlives it. */
  readonly endsAt: Instant;
  /** The interaction's end, where it was decided on a page: not purged before. */
  readonly interactionEndsAt: Instant | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** The parameters of the request it came from, without credentials. */
  readonly request: Readonly<Record<string, string>>;
}

export interface CodeState {
  readonly hash: Key;
  readonly expiresAt: Instant;
  readonly spentAt: Instant | null;
}

export interface RefreshState {
  /** Counts from 1; the generation of `current`, or of the last one where `current` is null. */
  readonly generation: number;
  readonly current: Key | null;
  readonly previous: Key | null;
  readonly expiresAt: Instant;
  /** The last answer, under a key of the handle that asked for it and the server's secret; and the hash of what was asked. */
  readonly sealed: { readonly answer: string; readonly request: Key } | null;
  /** Thumbprint of the certificate that a public client's refresh token is good with. */
  readonly cnf?: string;
  /** End of the grace in which `previous` gets that answer again. */
  readonly until: Instant;
}

/** What a change of a grant replaces. */
export interface GrantState {
  readonly v: 1;
  readonly code: CodeState | null;
  readonly refresh: RefreshState | null;
}

/** A grant register, read. */
export interface Grant {
  readonly register: Register;
  readonly data: GrantData;
  readonly state: GrantState;
}

export function writeJson(value: GrantData | GrantState): JsonText {
  return JSON.stringify(value);
}

/** @throws StoreError `corrupt` where the register is not what {@link writeJson} wrote */
export function readGrant(register: Register): Grant {
  try {
    const data = JSON.parse(register.data) as GrantData;
    // SEC-23: a store that lost a member must not turn "challenge asked" into "none asked".
    if (data.v !== 1 || data.challenge === undefined || data.redirectUri === undefined || data.consent === undefined)
      throw new TypeError('a member of the grant is missing');
    if (!Number.isFinite(data.endsAt) || !Array.isArray(data.scope))
      throw new TypeError('a member of the grant has the wrong type');
    return { register, data, state: readState(register) };
  } catch (cause) {
    throw new StoreError('corrupt', 'A grant register does not hold what was written to it.', { cause });
  }
}

/** What it can still give, which whoever ends it needs to know, and no more. @throws StoreError `corrupt` */
export function readState({ state }: Register): GrantState {
  try {
    return (JSON.parse(state ?? 'null') as GrantState | null) ?? { v: 1, code: null, refresh: null };
  } catch (cause) {
    throw new StoreError('corrupt', 'A grant register does not hold what was written to it.', { cause });
  }
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Milliseconds after its end for which a token's row stays, so that "expired" can be told from "unknown". */
export const TOKEN_LINGERS: number = MINUTE;
/** Milliseconds for which an expired refresh token is still recognised, so that a stolen one's return is seen. */
const REFRESH_LINGERS: number = DAY;
/** Milliseconds for which something emptied stays in the way. */
export const EMPTIED_LINGERS: number = DAY;

/** A grant stays until all that it gave, can give or must recognise has ended. */
export function grantLife(
  state: GrantState,
  data: GrantData,
  tokenEnd: Instant | null,
): { expiresAt: Instant; purgeAt: Instant } {
  const ends = [state.code?.expiresAt ?? 0, state.refresh?.expiresAt ?? 0, tokenEnd ?? 0];
  const purges = [
    (state.code?.expiresAt ?? 0) + TOKEN_LINGERS,
    state.refresh ? state.refresh.expiresAt + REFRESH_LINGERS : 0,
    (tokenEnd ?? 0) + TOKEN_LINGERS,
    data.interactionEndsAt ?? 0,
  ];
  const expiresAt = Math.max(...ends);
  return { expiresAt, purgeAt: Math.max(expiresAt, ...purges) };
}
