import type { Instant, Key } from '../store/brands.ts';

/** Whoever signs in: the resource owner of RFC 6749. */
export interface Owner {
  /** Stable, never reused; what tokens carry. */
  readonly subject: string;
  readonly username: string;
  readonly enabled: boolean;
  /** Locked by an administrator: stops redemption too, unlike the automatic lock-out. */
  readonly locked: boolean;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The port behind which owners are kept; configuration implements it, a hook can replace it. */
export interface OwnerDirectory {
  /**
   * Checks the password at equal cost for unknown, wrong, disabled and locked owners. Null for an unknown or wrong one;
   * a disabled or locked owner is not let in, and may be given so that the log can say why.
   */
  authenticate(username: string, password: string): Promise<Owner | null>;
  find(subject: string): Promise<Owner | null>;
}

/** A signed-in browser. */
export interface OwnerSession {
  /** The session's key: a hash of an id that outlives the cookie's rotations. */
  readonly key: Key;
  readonly subject: string;
  /** When the password was checked. */
  readonly authenticatedAt: Instant;
  readonly expiresAt: Instant;
  readonly version: number;
}
