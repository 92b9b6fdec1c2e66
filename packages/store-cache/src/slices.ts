import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Instant, SweepOptions, SweepReport } from '@gatehouse/core';
import type { TableName, Tables } from './tables.ts';

/** Rows that the timer removes before other work has its turn: some milliseconds. */
const SLICE = 1_000;
const TICK_MS = 1_000;

/** Removes what is past its time, up to so many rows. @returns whether there may be more */
export function removeSlice(tables: Iterable<Tables>, at: Instant): boolean {
  let left = SLICE;
  for (const each of tables)
    for (const [, table] of each.removers) while (table.removeDue(at)) if (--left === 0) return true;
  return false;
}

/** What an operator's schedule asks for: batch after batch, with other work in between. */
export async function sweep(tables: Tables, { at, batch, budgetMs, signal }: SweepOptions): Promise<SweepReport> {
  const until = performance.now() + budgetMs;
  const removed = Object.fromEntries(tables.removers.map(([name]) => [name, 0])) as Record<TableName, number>;
  let begun = false;
  for (const [name, table] of tables.removers)
    for (let full = true; full; ) {
      if (signal?.aborted || (begun && performance.now() >= until)) return { removed, complete: false, errors: {} };
      let count = 0;
      while (count < batch && table.removeDue(at)) count++;
      removed[name] += count;
      begun ||= count > 0;
      full = count === batch;
      if (full) await nextTurn();
    }
  return { removed, complete: true, errors: {} };
}

/** Calls every second, for as long as the process has other work. */
export class Ticker {
  readonly #tick: () => void;
  readonly #slice: () => boolean;
  #timer: NodeJS.Timeout | null = null;
  #slicing = false;

  /** `slice` is called again in the next turn as long as it answers that there is more. */
  constructor(slice: () => boolean, tick: () => void) {
    this.#slice = slice;
    this.#tick = tick;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.#tick();
      if (!this.#slicing) this.#next();
    }, TICK_MS).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  readonly #next = (): void => {
    this.#slicing = this.#timer !== null && this.#slice();
    if (this.#slicing) setImmediate(this.#next).unref();
  };
}
