import type { ClientId, GrantId, Instant, JsonText, Key } from './brands.ts';

/** Registers change by compare-and-set on their version. Every later kind of one-time thing is a register too. */
export type RegisterKind = 'grant' | 'session' | 'consent' | 'client' | 'client_epoch';

/** Everything a store keeps under a key. */
export type Kind = 'access_token' | RegisterKind;

/** An access token as core writes it: once, never changed. With a subject it always has a grant. */
export interface NewToken {
  readonly kind: 'access_token';
  readonly key: Key;
  readonly grantId: GrantId | null;
  readonly clientId: ClientId;
  readonly subject: string | null;
  readonly scope: readonly string[];
  readonly audience: readonly string[];
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
  /** When its row may be removed; not before `expiresAt`. */
  readonly purgeAt: Instant;
  readonly data: JsonText;
}

/** A register as core adds it; its version is then 1. */
export interface NewRegister {
  readonly kind: RegisterKind;
  readonly key: Key;
  /** What it is listed by; fixed for its life. */
  readonly clientId: ClientId | null;
  readonly subject: string | null;
  /** Hash of a session id that outlives the cookie's rotations. */
  readonly sessionId: Key | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly purgeAt: Instant;
  /** Facts, fixed. */
  readonly data: JsonText;
  /** What a change replaces; `null` means emptied: still found, and in the way of an addition. */
  readonly state: JsonText | null;
}

/** The one change of a write: applied only while the register's version is `from` and it is not revoked. */
export interface Change {
  readonly kind: RegisterKind;
  readonly key: Key;
  readonly from: number;
  readonly state: JsonText | null;
  /** Absent: as it is. Only ever raised (the later of both counts), but by the change that empties. */
  readonly expiresAt?: Instant;
  readonly purgeAt?: Instant;
}

/** Why a token is dead although its row is there. `orphan`: its grant is not there. */
export type TokenRevocation = 'token' | 'grant' | 'client' | 'orphan';

/** An access token as a store gives it back. */
export type Token = NewToken & { readonly revoked: TokenRevocation | null };

/** A register as a store gives it back: version 1 when added, one more with each change. Only grants are ever revoked. */
export type Register = NewRegister & {
  readonly version: number;
  /** The attempt of the write that made this version. */
  readonly attempt: string;
  readonly revoked: { readonly at: Instant; readonly reason: string } | 'client' | null;
};

/** What {@link Kind} a find answers with. */
export type Found<K extends Kind> = K extends 'access_token' ? Token : Register;
