import { OAuthError } from '../oauth/errors.ts';
import type { FailureLimit } from '../server/config.ts';
import type { Instant, Key } from '../store/brands.ts';
import type { Store } from '../store/store.ts';

/**
 * Failures of one kind, counted in the store, and the lock that follows too many. Reading the lock costs a store call,
 * so it is read only for keys that failed through this process lately: honest traffic never pays, and each further
 * process gives a guesser one try before the shared count catches it.
 */
export interface FailureCounter {
  /** Whether anybody at all failed here lately; nobody: no key need be made. */
  watching(at: Instant): boolean;
  locked(key: Key, at: Instant): Promise<boolean>;
  /** Counts one, and locks where it fills the window; true where others had filled it already. */
  failed(key: Key, at: Instant): Promise<boolean>;
}

export function createFailureCounter(store: Store, name: string, limit: FailureLimit): FailureCounter {
  const windowMs = limit.windowSeconds * 1000;
  const lockMs = limit.lockSeconds * 1000;
  const suspects = suspectsOf(store);
  return {
    watching(at) {
      // In the order of their failures: those in front end first, but for counters of different lengths.
      for (const [key, until] of suspects) {
        if (at < until) break;
        suspects.delete(key);
      }
      return suspects.size > 0;
    },

    async locked(key, at) {
      const until = suspects.get(key);
      if (until === undefined) return false;
      if (at >= until) {
        suspects.delete(key);
        return false;
      }
      return (await store.count(`${name}-lock`, key, at, lockMs, 0)) > 0;
    },
    async failed(key, at) {
      remember(suspects, key, at + Math.max(windowMs, lockMs));
      const place = await store.count(name, key, at, windowMs, 1);
      if (place >= limit.failures) await store.count(`${name}-lock`, key, at, lockMs, 1);
      return place > limit.failures;
    },
  };
}

/** What is answered under a lock; `check` says which one. */
export function tooManyFailures(check: string, { lockSeconds }: FailureLimit): OAuthError {
  return new OAuthError('temporarily_unavailable', 'Too many failed attempts; try again later.', {
    check,
    status: 429,
    retryAfter: lockSeconds,
  });
}

const MOST_SUSPECTS = 10_000;
const suspectsByStore = new WeakMap<Store, Map<Key, Instant>>();

function suspectsOf(store: Store): Map<Key, Instant> {
  let suspects = suspectsByStore.get(store);
  if (!suspects) {
    suspects = new Map();
    suspectsByStore.set(store, suspects);
  }
  return suspects;
}

function remember(suspects: Map<Key, Instant>, key: Key, until: Instant): void {
  suspects.delete(key);
  const [oldest] = suspects.size < MOST_SUSPECTS ? [] : suspects.keys();
  if (oldest !== undefined) suspects.delete(oldest);
  suspects.set(key, until);
}
