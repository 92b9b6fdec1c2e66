import { type Instant, type Key, StoreError } from '@gatehouse/core';
import { BoundedRows, type Row } from './bounded-rows.ts';

export interface CounterRow extends Row {
  readonly counter: string;
  readonly of: Key;
  count: number;
}

/** Failures, for lock-out. A window begins with its first failure and ends whole. */
export class CounterTable {
  readonly rows: BoundedRows<CounterRow>;

  constructor(limit: number) {
    this.rows = new BoundedRows(limit);
  }

  /** What has been counted by `at`; 0 from the window's end on. */
  read(counter: string, of: Key, at: Instant): number {
    const row = this.rows.find(keyOf(counter, of));
    return row !== undefined && at < row.purgeAt ? row.count : 0;
  }

  /** Counts one more. */
  add(counter: string, of: Key, at: Instant, window: number): CounterRow {
    const row = this.rows.find(keyOf(counter, of));
    if (row !== undefined && at < row.purgeAt) {
      row.count++;
      return row;
    }
    if (row === undefined && this.rows.room === 0 && !this.removeDue(at))
      throw new StoreError('unavailable', `The cache store holds ${this.rows.limit} counters and takes no more.`);
    return this.put(counter, of, 1, at + window);
  }

  put(counter: string, of: Key, count: number, end: Instant): CounterRow {
    this.clear(counter, of);
    const row: CounterRow = { key: keyOf(counter, of), counter, of, count, purgeAt: end, slot: -1 };
    this.rows.add(row);
    return row;
  }

  /** @returns whether there was anything */
  clear(counter: string, of: Key): boolean {
    const row = this.rows.find(keyOf(counter, of));
    if (row === undefined) return false;
    this.rows.remove(row);
    return true;
  }

  removeDue(at: Instant): boolean {
    const row = this.rows.due(at);
    if (row === undefined) return false;
    this.rows.remove(row);
    return true;
  }
}

function keyOf(counter: string, of: Key): string {
  return of + counter;
}
