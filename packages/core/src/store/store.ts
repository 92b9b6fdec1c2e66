import type { ClientId, Instant, Key } from './brands.ts';
import type { StoreCapabilities } from './capabilities.ts';
import type { Change, Found, Kind, NewRegister, NewToken, Register, RegisterKind } from './records.ts';

/** A record that is new. */
export type Addition = NewToken | NewRegister;

/** At most one register changes, and whatever is new comes with it: all or nothing. */
export interface Write {
  /** Names this write. A repetition carries the same one; new secrets always take a new one. 1 to 64 characters of base64url. */
  readonly attempt: string;
  readonly change?: Change;
  readonly add?: readonly Addition[];
}

/** `outdated`: the register's version is not `from`, it is revoked, or it is gone; nothing was changed or added. */
export type Written = 'written' | 'outdated';

/** What a revocation ends, whatever the version. */
export type Revocation = { readonly grants: readonly Key[] } | { readonly token: Key; readonly of?: TokenOf };

/** What the caller knows of a token, or takes for granted where it was not found. A store whose tokens are `eventual` ends it by this alone, seen or not; the end counts for a token of that client only. */
export interface TokenOf {
  readonly clientId: ClientId;
  /** When it will be gone, at the latest. */
  readonly purgeAt: Instant;
}

/** At least one of them. Grants by any, consents by subject or client, sessions by subject, clients by none of them (`{}`). */
export interface ListBy {
  readonly subject?: string;
  readonly client?: ClientId;
  readonly session?: Key;
}

/** Which page of a listing. */
export interface PageRequest {
  /** 1 to 1000. */
  readonly limit: number;
  /** The `next` of the page before; opaque. */
  readonly after?: string | null;
}

/** A page of a listing; `next` is null on the last. One that is not the last may have fewer items than were asked for, or none. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** How much of the dead to remove, at most. */
export interface SweepOptions {
  readonly at: Instant;
  /** Rows one statement may remove. */
  readonly batch: number;
  /** Milliseconds the sweep may take. */
  readonly budgetMs: number;
  readonly signal?: AbortSignal;
}

/** Who is at the removing, of several that share a back end. */
export interface SweepHolder {
  /** For people. */
  readonly owner: string;
  /** When its turn ends, unless it goes on. */
  readonly until: Instant;
}

/** What a sweep did. */
export interface SweepReport {
  /** Records removed, per kind (and `nonce`, `counter`). */
  readonly removed: Readonly<Record<string, number>>;
  /** False where budget or signal ended it before everything expired was gone. */
  readonly complete: boolean;
  /** What failed, per kind; the others were still swept. */
  readonly errors: Readonly<Record<string, string>>;
  /** Another was at it, and nothing was looked at. Null or absent: nobody was. */
  readonly holder?: SweepHolder | null;
}

/** What every back end promises; the conformance suite is its executable form. An instance serves one namespace. */
export interface Store {
  readonly name: string;
  /** What holds once the store is open; before that the least of what may. */
  readonly capabilities: StoreCapabilities;

  /** What the store's own settings mean on the back end it found, a sentence each, for the operator; once it is open. */
  explain?(): readonly string[];

  /**
   * The one way to write.
   * @throws StoreError `conflict`, `unknown_outcome`, `unavailable`, `timeout`, `invalid`
   */
  write(write: Write): Promise<Written>;

  /** An unknown key is `undefined`; nothing is removed by reading; expiry is core's to judge. */
  find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined>;

  /** One way; again: 0. @returns how many of those named were revoked by this call. */
  revoke(what: Revocation, at: Instant, reason: string): Promise<number>;

  list(kind: RegisterKind, by: ListBy, page: PageRequest): Promise<Page<Register>>;

  /** True the first time inside the window [at, until), and again for the same attempt. */
  once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): Promise<boolean>;

  /**
   * Adds `add` and answers how many counted in the `window` milliseconds up to `at`; with 1 that is the caller's place.
   * Exact up to `STORE_LIMITS.failures`; of more, any number above it. Never repeated.
   */
  count(counter: string, key: Key, at: Instant, window: number, add: 0 | 1): Promise<number>;
  clear(counter: string, key: Key): Promise<void>;

  /** Connects and verifies; idempotent. @throws StoreError `config` naming the fix */
  open(): Promise<void>;
  ping(): Promise<void>;
  sweep(options: SweepOptions): Promise<SweepReport>;
  close(): Promise<void>;
}
