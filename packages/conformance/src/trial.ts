import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Addition,
  Clock,
  Instant,
  Key,
  Log,
  Store,
  StoreCapabilities,
  SweepReport,
  Token,
  TokenRevocation,
} from '@gatehouse/core';
import type { StoreTarget } from './harness.ts';
import { type Lossy, lossyInFront, lossyInside } from './lossy.ts';
import type { Opening } from './ports.ts';
import { type Racer, race } from './race.ts';
import { type Promised, show, Verdicts } from './verdicts.ts';

export interface OpenOptions {
  /** Default: the case's own. */
  readonly namespace?: string;
  /** Milliseconds by which this caller's clock is ahead of the case's. */
  readonly clockOffset?: number;
  readonly room?: Partial<Opening['room']>;
}

/** Milliseconds within which a store must find its back end again: a limit for one that never does. */
const RECOVERY = 60_000;

/** What cannot be swept so often never will be. */
const SWEEPS_THAT_FAIL = 20;

const AMPLE = 3_600_000;

/** Additions of one write. */
const WRITE = 100;

const ROOM: Opening['room'] = { tokens: 200_000, registers: 200_000 };

/** One run of one case against one store: a namespace, a clock, stores that are closed afterwards, and the verdicts. */
export class Trial extends Verdicts {
  readonly target: StoreTarget;
  readonly capabilities: StoreCapabilities;
  readonly namespace: string = `conformance:${randomUUID()}`;
  /** Everything the stores of this case logged, as text. */
  readonly logged: string[] = [];
  readonly #opened: Store[] = [];
  #store: Store | undefined;
  #latest: Store | undefined;
  // A moment that is over, since a wrong store may look at the machine's clock; and the same one of each second, so that
  // no end that a case derives from it is a whole second, on which a store that keeps seconds is right. A wrong store is
  // to be caught on every run.
  readonly #startedAt = Math.floor(Date.now() / 1_000) * 1_000 - 377;
  #passed = 0;

  constructor(target: StoreTarget, of: Promised) {
    super(of);
    this.target = target;
    this.capabilities = target.capabilities;
  }

  /** The store under test, opened. */
  get store(): Store {
    if (!this.#store) throw new TypeError('The trial has not begun.');
    return this.#store;
  }

  async begin(): Promise<void> {
    this.#store = await this.#open(this.opening(), (opening) => this.target.open(opening));
  }

  async end(): Promise<void> {
    for (const store of this.#opened.reverse()) await store.close();
  }

  /** The time of this case. It stands still unless the store's own time cannot be set. */
  now(): Instant {
    return this.target.advance ? Date.now() : this.#startedAt + this.#passed;
  }

  /** Lets time pass, for the callers and for the store. Negative: a clock that is set back (settable clocks only). */
  async pass(ms: number): Promise<void> {
    const { advance } = this.target;
    if (!advance) {
      this.#passed += ms;
      return;
    }
    const until = this.now() + ms;
    await advance(ms);
    // A timer may be a millisecond early by the clock of the callers, and what ends then would still be alive.
    while (this.now() < until) await sleep(1);
  }

  opening(options: OpenOptions = {}): Opening {
    const offset = options.clockOffset ?? 0;
    const clock: Clock = { now: () => this.now() + offset };
    return {
      namespace: options.namespace ?? this.namespace,
      clock,
      log: this.#log(),
      room: { ...ROOM, ...options.room },
    };
  }

  /** One more way to the same data, as another node has it. */
  async sibling(options: OpenOptions = {}): Promise<Store> {
    const { sibling } = this.target;
    if (!sibling) return this.store;
    return this.#open(this.opening(options), (opening) => sibling(opening, this.store));
  }

  /** A store of its own on the same back end: another namespace, another room. */
  async another(options: OpenOptions): Promise<Store> {
    return this.#open(this.opening(options), (opening) => this.target.open(opening));
  }

  /** A store that a port opened: closed with the others. */
  adopt(store: Store): Store {
    if (!this.#opened.includes(store)) this.#opened.push(store);
    return store;
  }

  key(): Key {
    return randomBytes(32).toString('base64url') as Key;
  }

  attempt(): string {
    return randomBytes(16).toString('base64url');
  }

  /** Puts there what a case begins with, in writes of a size that any store takes. */
  async add(additions: readonly Addition[]): Promise<void> {
    for (let from = 0; from < additions.length; from += WRITE)
      await this.store.write({ attempt: this.attempt(), add: additions.slice(from, from + WRITE) });
  }

  /** The contract's number, or this run's share of it. */
  scaled(full: number, atLeast: number): number {
    return Math.max(atLeast, Math.round(full * (this.target.scale ?? 1)));
  }

  get atomic(): boolean {
    return this.capabilities.additions === 'atomic';
  }

  /** Milliseconds after `purgeAt` at which what is dead must be gone. Who counts in steps begins within one and ends within one. */
  get lingering(): number {
    const { clockTolerance, expiry, expiryStep } = this.capabilities;
    return 2 * clockTolerance + (expiry === 'native' ? 2 : 1) * expiryStep;
  }

  /** Milliseconds of a short life in this case: long enough for the store's step, short enough to be waited for. */
  get unit(): number {
    return this.target.advance ? Math.max(this.capabilities.expiryStep, 200) : 60_000;
  }

  /** Milliseconds of a life whose end no case waits for: not over while somebody looks, however busy the machine is. */
  get ample(): number {
    return AMPLE;
  }

  /** Every way in which contact to this store can be lost: in front of it always, inside it where the port is there. */
  lossy(): readonly Lossy[] {
    const { faults } = this.target;
    return [lossyInFront(this.store), ...(faults ? lossyInside(this.store, faults) : [])];
  }

  /** Before absence is believed: waits until a token written elsewhere would be seen. */
  async settle(): Promise<void> {
    if (this.capabilities.visibility.tokens === 'eventual') await sleep(this.capabilities.visibility.boundMs);
  }

  /** Looks; where tokens are eventual, again and again up to the stated bound until it is as wanted. */
  async eventually<T>(look: () => Promise<T>, wanted: (seen: T) => boolean): Promise<T> {
    const { tokens, boundMs } = this.capabilities.visibility;
    const deadline = performance.now() + (tokens === 'eventual' ? boundMs : 0);
    for (;;) {
      // Asked before the last look: a machine that pauses after one must not end the waiting with what was seen too early.
      const over = performance.now() >= deadline;
      const seen = await look();
      if (wanted(seen) || over) return seen;
      await sleep(Math.min(10, boundMs));
    }
  }

  /** Reads a token until it is as wanted; by default, until it is there. */
  async token(
    key: Key,
    options: { on?: Store; wanted?: (token: Token | undefined) => boolean } = {},
  ): Promise<Token | undefined> {
    const store = options.on ?? this.store;
    return this.eventually(() => store.find('access_token', key), options.wanted ?? ((token) => token !== undefined));
  }

  /** What has ended a token, once it is as wanted or the bound is over; `absent` where there is none. */
  async endOf(
    key: Key,
    wanted: TokenRevocation | null | 'whatever',
    on: Store = this.store,
  ): Promise<TokenRevocation | null | 'absent'> {
    const look = async (): Promise<TokenRevocation | null | 'absent'> => {
      const found = await on.find('access_token', key);
      return found ? found.revoked : 'absent';
    };
    return this.eventually(look, (seen) =>
      wanted === 'whatever' ? seen !== null && seen !== 'absent' : seen === wanted,
    );
  }

  /** The store to go on with after its back end went down and came back; it must answer by itself. */
  async restart(): Promise<Store> {
    const restart = this.present(this.target.restart, 'the port `restart`');
    const store = await restart(this.#latest ?? this.store, this.opening());
    this.#latest = this.adopt(store);
    return this.recovered(store);
  }

  /** A store that was out of reach, once it answers again by itself. */
  async recovered(store: Store): Promise<Store> {
    const deadline = performance.now() + RECOVERY;
    while (performance.now() < deadline) {
      try {
        await store.open();
        await store.ping();
        return store;
      } catch {
        await sleep(100);
      }
    }
    return this.present<Store>(undefined, `an answer within ${RECOVERY} ms`);
  }

  /** Removes what is dead by now, as the schedule of a server does: rounds until nothing is left. */
  async sweep(at: Instant = this.now()): Promise<void> {
    let failed = 0;
    for (let round = 0; round < 1_000; round++) {
      const { complete, removed, errors } = await this.store.sweep({ at, batch: 1_000, budgetMs: 5_000 });
      if (complete) return;
      await othersTurn(removed);
      failed = Object.keys(errors).length > 0 ? failed + 1 : 0;
      if (failed === SWEEPS_THAT_FAIL) {
        this.note(`${failed} rounds of the sweep one after the other`, 'no error', show(errors));
        return;
      }
    }
    this.note('a thousand rounds of the sweep', 'complete', 'more to do');
  }

  /** All through one gate; a race that never overlapped proves nothing and is a violation. */
  async race<T>(racers: readonly Racer<T>[]): Promise<readonly PromiseSettledResult<T>[]> {
    const { results, overlapped } = await race(racers);
    this.holds(overlapped, 'the racers were under way at the same time');
    return results;
  }

  /** A race in which nobody may fail. */
  async raceAll<T>(racers: readonly Racer<T>[]): Promise<readonly T[]> {
    const results = await this.race(racers);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    return results.map((result) => (result as PromiseFulfilledResult<T>).value);
  }

  async #open(opening: Opening, open: (opening: Opening) => Promise<Store> | Store): Promise<Store> {
    const store = await open(opening);
    if (!this.#opened.includes(store)) this.#opened.push(store);
    await store.open();
    return store;
  }

  #log(): Log {
    const keep =
      (level: string) =>
      (fields: object, message: string): void => {
        this.logged.push(`${level} ${message} ${JSON.stringify(fields, errorsToo)}`);
      };
    return {
      debug: keep('debug'),
      info: keep('info'),
      warn: keep('warn'),
      error: keep('error'),
      isEnabled: () => true,
    };
  }
}

/** Waits a little where a sweep removed nothing: another one is at it. */
export async function othersTurn(removed: SweepReport['removed']): Promise<void> {
  if (Object.keys(removed).length === 0) await sleep(20);
}

/** JSON of an Error is `{}`; a log would show more. */
function errorsToo(_: string, value: unknown): unknown {
  return value instanceof Error
    ? { ...value, name: value.name, message: value.message, stack: value.stack, cause: value.cause }
    : value;
}
