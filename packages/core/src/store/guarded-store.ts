import { setTimeout as wait } from 'node:timers/promises';
import { Deadline, Late } from '../runtime/deadline.ts';
import type { Emitter } from '../runtime/events.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';
import { type StoreCalls, type Trouble, TroubleWatch } from './trouble.ts';

export interface GuardOptions {
  readonly events: Emitter;
  /** Milliseconds one call may take, repetitions included. */
  readonly callMs: number;
  /** Pauses between repetitions; milliseconds. */
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** Milliseconds that only go forward. */
  readonly now?: () => number;
}

/** A store whose outcomes are known, and that knows how its calls go. */
export interface GuardedStore extends Store {
  /** Of each sort, that its last call failed, and for how long that has been so; null where it did not. */
  readonly trouble: Readonly<Record<StoreCalls, Trouble | null>>;
}

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;

/**
 * The one answer to unknown outcomes, for all stores: the identical call is repeated until the store tells the truth
 * or the deadline ends it as `unavailable`. Never is it concluded from a read that nothing was written: a write that
 * waited for a lock is applied after the read said no.
 */
export function guardStore(
  store: Store,
  { events, callMs, sleep = wait, now = () => performance.now() }: GuardOptions,
): GuardedStore {
  const reads = new TroubleWatch(store.name, 'reads', events, now);
  const writes = new TroubleWatch(store.name, 'writes', events, now);
  // A store within this process answers in this process; a deadline for it would cost more than the call.
  const remote = store.capabilities.visibility.registers === 'cluster';
  const within = <T>(call: () => Promise<T>, late: () => StoreError): Promise<T> =>
    remote ? withDeadline(call(), callMs, late) : call();
  const lateWrite = (): StoreError => new StoreError('unknown_outcome', 'The store did not answer in time.');
  const unanswered = (): StoreError => new StoreError('unavailable', 'The store did not answer in time.');

  async function untilKnown<T>(call: () => Promise<T>, afterUnknown: (result: T) => T): Promise<T> {
    const deadline = performance.now() + callMs;
    let pause = FIRST_PAUSE_MS;
    for (let unknown = 0; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const outcome = await settle(() => within(call, lateWrite));
      if (outcome.error === undefined) {
        if (unknown === 0) return outcome.result;
        events.emit('store.unknown_outcome', { store: store.name, repeated: unknown, resolved: true });
        return afterUnknown(outcome.result);
      }
      const { kind, retryable } = outcome.error;
      if (unknown === 0 && kind !== 'unknown_outcome') throw outcome.error;
      unknown++;
      if (!retryable || performance.now() + pause > deadline) {
        // A conflict after an unknown outcome says as little: somebody may have built on the first try.
        events.emit('store.unknown_outcome', { store: store.name, repeated: unknown - 1, resolved: false });
        throw new StoreError('unavailable', 'Whether the store applied the write is not known.', {
          cause: outcome.error,
        });
      }
      await sleep(pause);
    }
  }

  return {
    name: store.name,
    // Some stores know them exactly only once they are open.
    get capabilities() {
      return store.capabilities;
    },
    get trouble() {
      return { reads: reads.trouble, writes: writes.trouble };
    },
    explain: () => store.explain?.() ?? [],
    write: (write) =>
      writes.watch(() =>
        untilKnown(
          () => store.write(write),
          (result) => {
            // Somebody may have built on the first try, so this is not the plain "outdated" that invites a new decision.
            if (result === 'outdated') throw new StoreError('unavailable', 'The write was overtaken while unanswered.');
            return result;
          },
        ),
      ),
    revoke: (what, at, reason) =>
      writes.watch(() =>
        untilKnown(
          () => store.revoke(what, at, reason),
          (count) => count,
        ),
      ),
    once: (space, nonce, at, until, attempt) =>
      writes.watch(() =>
        untilKnown(
          () => store.once(space, nonce, at, until, attempt),
          (first) => first,
        ),
      ),
    find: (kind, key) => reads.watch(() => within(() => store.find(kind, key), unanswered)),
    list: (kind, by, page) => reads.watch(() => within(() => store.list(kind, by, page), unanswered)),
    // Repeating a count would count twice.
    count: (counter, key, at, window, add) =>
      (add === 1 ? writes : reads).watch(() => within(() => store.count(counter, key, at, window, add), unanswered)),
    clear: (counter, key) => writes.watch(() => within(() => store.clear(counter, key), unanswered)),
    open: () => store.open(),
    ping: () => reads.watch(() => within(() => store.ping(), unanswered)),
    sweep: (options) => store.sweep(options),
    close: () => store.close(),
  };
}

type Outcome<T> = { readonly result: T; readonly error?: undefined } | { readonly error: StoreError };

/** @throws what is no StoreError: a defect, not an outcome */
async function settle<T>(call: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { result: await call() };
  } catch (error) {
    if (error instanceof StoreError) return { error };
    throw error;
  }
}

async function withDeadline<T>(answer: Promise<T>, ms: number, late: () => StoreError): Promise<T> {
  try {
    return await new Deadline(ms).race(answer);
  } catch (error) {
    throw error instanceof Late ? late() : error;
  }
}
