import { type Addition, StoreError, type Written } from '@gatehouse/core';
import type { Database } from './database/database.ts';
import { Duplicate, Refused } from './database/fault.ts';
import { runMany } from './database/work.ts';
import { conflict, isThere } from './is-there.ts';
import { additionRows } from './rows.ts';

/** Rows that go in one transaction. */
const MOST_ROWS = 500;
/** Letters of their data and state: a packet has a size, and others wait behind it. */
const MOST_LETTERS = 1_000_000;
/** Calls that wait; one more is refused, since its answer would come too late to be of use. */
const MOST_CALLS = 5_000;

interface Call {
  /** When it must be answered: who asked has gone on by then, and what is sent later happens behind its back. */
  readonly until: number;
  readonly attempt: string;
  readonly add: readonly Addition[];
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Additions of many calls in one transaction: while one is under way the next ones gather. No timer takes part, so an
 * idle store adds no delay. Each call is answered after the commit of its own additions.
 */
export class Batcher {
  readonly #database: Database;
  readonly #tenant: string;
  readonly #callMs: number;
  #waiting: Call[] = [];
  #running = false;

  /** @param callMs milliseconds in which a call is answered */
  constructor(database: Database, tenant: string, callMs: number) {
    this.#database = database;
    this.#tenant = tenant;
    this.#callMs = callMs;
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  add(attempt: string, add: readonly Addition[]): Promise<Written> {
    if (this.#waiting.length >= MOST_CALLS)
      return Promise.reject(new StoreError('unavailable', `More than ${MOST_CALLS} additions wait for the database.`));
    return new Promise((resolve, reject) => {
      const until = performance.now() + this.#callMs;
      this.#waiting.push({ until, attempt, add, resolve, reject });
      if (!this.#running) {
        this.#running = true;
        setImmediate(() => void this.#work());
      }
    });
  }

  async #work(): Promise<void> {
    for (;;) {
      this.#refuseLate();
      if (this.#waiting.length === 0) break;
      await this.#flush(this.#take());
    }
    this.#running = false;
  }

  /** Those that waited longer than a call may take, behind a server that hung: nothing of them was sent. */
  #refuseLate(): void {
    const now = performance.now();
    const inTime = this.#waiting.findIndex(({ until }) => until > now);
    const late = this.#waiting.splice(0, inTime < 0 ? this.#waiting.length : inTime);
    for (const { reject } of late)
      reject(new StoreError('timeout', 'The additions before this one took too long, and it was not sent.'));
  }

  /** Whole calls, at least one. */
  #take(): readonly Call[] {
    let rows = 0;
    let letters = 0;
    let calls = 0;
    for (const { add } of this.#waiting) {
      rows += add.length;
      for (const addition of add) letters += lengthOf(addition);
      if (calls > 0 && (rows > MOST_ROWS || letters > MOST_LETTERS)) break;
      calls++;
    }
    return this.#waiting.splice(0, calls);
  }

  async #flush(calls: readonly Call[]): Promise<void> {
    const [only, ...others] = calls;
    if (only === undefined) return;
    try {
      await this.#write(calls);
      for (const { resolve } of calls) resolve('written');
    } catch (error) {
      if (others.length === 0) return this.#settle(only, error);
      if (!isRefusal(error)) {
        for (const { reject } of calls) reject(error);
        return;
      }
      // One of them is at fault, and nothing of any is there: halves find it without making the others pay.
      const middle = calls.length >> 1;
      await this.#flush(calls.slice(0, middle));
      await this.#flush(calls.slice(middle));
    }
  }

  async #settle({ add, resolve, reject }: Call, error: unknown): Promise<void> {
    if (!(error instanceof Duplicate)) return reject(error);
    try {
      if (await isThere(this.#database, this.#tenant, add)) resolve('written');
      else reject(conflict(error));
    } catch (other) {
      reject(other);
    }
  }

  #write(calls: readonly Call[]): Promise<unknown> {
    const rows = additionRows(this.#tenant, calls);
    const [first, ...others] = rows;
    if (first && others.length === 0) return this.#database.runMany(...first);
    return this.#database.transaction(function* () {
      for (const some of rows) yield* runMany(...some);
    });
  }
}

/** Whether the database said no to one of the rows. */
function isRefusal(error: unknown): boolean {
  return error instanceof Duplicate || error instanceof Refused;
}

function lengthOf(addition: Addition): number {
  return addition.data.length + ('state' in addition ? (addition.state?.length ?? 0) : 0);
}
