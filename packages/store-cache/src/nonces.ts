import { type Instant, type Key, StoreError } from '@gatehouse/core';
import { BoundedRows, type Row } from './bounded-rows.ts';

export interface NonceRow extends Row {
  readonly space: string;
  readonly nonce: Key;
  /** Of the call that was answered with true. */
  attempt: string;
}

/** Rows that one refusal may be preceded by looking for room. */
const ROOM_SOUGHT = 1_000;

/** What was used once. Full, it refuses (SEC-27): a forgotten nonce is a replay let in. */
export class NonceTable {
  readonly rows: BoundedRows<NonceRow>;
  readonly #perSpace: number;
  readonly #spaces = new Map<string, number>();

  constructor(limit: number, perSpace: number) {
    this.rows = new BoundedRows(limit);
    this.#perSpace = perSpace;
  }

  /** Spaces that hold at least one. */
  get spaces(): number {
    return this.#spaces.size;
  }

  /** @returns the row where this call is the first in the window, else whether the first one was the same attempt */
  once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): NonceRow | boolean {
    const row = this.rows.find(keyOf(space, nonce));
    if (row !== undefined && at < row.purgeAt) return row.attempt === attempt;
    if (row === undefined) this.#refuseWhenFull(space, at);
    return this.put(space, nonce, until, attempt);
  }

  put(space: string, nonce: Key, until: Instant, attempt: string): NonceRow {
    const key = keyOf(space, nonce);
    const before = this.rows.find(key);
    if (before !== undefined) this.#remove(before);
    const row: NonceRow = { key, space, nonce, attempt, purgeAt: until, slot: -1 };
    this.rows.add(row);
    this.#spaces.set(space, (this.#spaces.get(space) ?? 0) + 1);
    return row;
  }

  removeDue(at: Instant): boolean {
    const row = this.rows.due(at);
    if (row === undefined) return false;
    this.#remove(row);
    return true;
  }

  #refuseWhenFull(space: string, at: Instant): void {
    const full = (): boolean => this.rows.room === 0 || (this.#spaces.get(space) ?? 0) >= this.#perSpace;
    for (let sought = 0; full() && sought < ROOM_SOUGHT; sought++) if (!this.removeDue(at)) break;
    if (this.rows.room === 0)
      throw new StoreError('unavailable', `The cache store holds ${this.rows.limit} replay entries and takes no more.`);
    if (full())
      throw new StoreError('unavailable', `A space of replay entries holds ${this.#perSpace} and takes no more.`);
  }

  #remove(row: NonceRow): void {
    this.rows.remove(row);
    const left = (this.#spaces.get(row.space) ?? 0) - 1;
    if (left > 0) this.#spaces.set(row.space, left);
    else this.#spaces.delete(row.space);
  }
}

/** A nonce has a fixed length, so no two pairs make one text. */
function keyOf(space: string, nonce: Key): string {
  return nonce + space;
}
