import { describeCause } from '../runtime/describe-cause.ts';
import type { Emitter } from '../runtime/events.ts';
import { StoreError } from './store-error.ts';

/** Which calls: a full disk is read, and not written. */
export type StoreCalls = 'reads' | 'writes';

/** Calls that fail since the last that did not. */
export interface Trouble {
  /** Milliseconds since the first of them. */
  readonly forMs: number;
  /** What the last of them said. */
  readonly sentence: string;
}

/** How long calls must have succeeded again before that is said: those that come and go are one trouble. */
const QUIET_MS = 5_000;
const SAID_EVERY_MS = 60_000;

interface Told {
  readonly began: number;
  failed: number;
  lastFailed: number;
  /** Failures since something was said, and when that was. */
  unsaid: number;
  said: number;
}

const toldOf = new WeakSet<Error>();

/** Whether an error of a store has been told as trouble: not to be told again by every request that it meets. */
export function isTold(error: unknown): boolean {
  return error instanceof Error && toldOf.has(error);
}

/**
 * What becomes of a store's calls of one sort, and who hears of it: its first failure at once, then a count each minute,
 * then its end. A database that is away for an hour is some sixty events, whatever the number of requests.
 */
export class TroubleWatch {
  readonly #store: string;
  readonly #calls: StoreCalls;
  readonly #events: Emitter;
  readonly #now: () => number;
  #since: { readonly at: number; sentence: string } | null = null;
  #told: Told | null = null;

  constructor(store: string, calls: StoreCalls, events: Emitter, now: () => number) {
    this.#store = store;
    this.#calls = calls;
    this.#events = events;
    this.#now = now;
  }

  get trouble(): Trouble | null {
    return this.#since && { forMs: this.#now() - this.#since.at, sentence: this.#since.sentence };
  }

  async watch<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      if (this.#since || this.#told) this.#succeeded();
      return result;
    } catch (error) {
      if (error instanceof StoreError && error.retryable) this.#failed(error);
      throw error;
    }
  }

  #failed(error: StoreError): void {
    toldOf.add(error);
    const now = this.#now();
    if (this.#since) this.#since.sentence = error.message;
    else this.#since = { at: now, sentence: error.message };
    if (!this.#told) {
      this.#told = { began: now, failed: 1, lastFailed: now, unsaid: 0, said: now };
      this.#emit('begins', 1, now, error);
      return;
    }
    this.#told.failed++;
    this.#told.unsaid++;
    this.#told.lastFailed = now;
    if (now - this.#told.said < SAID_EVERY_MS) return;
    this.#emit('lasts', this.#told.unsaid, now, error);
    this.#told.unsaid = 0;
    this.#told.said = now;
  }

  #succeeded(): void {
    this.#since = null;
    const now = this.#now();
    if (!this.#told || now - this.#told.lastFailed < QUIET_MS) return;
    this.#emit('ends', this.#told.failed, now);
    this.#told = null;
  }

  #emit(state: 'begins' | 'lasts' | 'ends', failed: number, now: number, error?: StoreError): void {
    const forMs = Math.round(now - (this.#told?.began ?? now));
    const cause = error === undefined ? null : describeCause(error);
    this.#events.emit('store.trouble', { store: this.#store, calls: this.#calls, state, failed, forMs, cause });
  }
}
