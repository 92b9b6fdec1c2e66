import type { Instant } from '@gatehouse/core';
import { Expiry } from './expiry.ts';
import { WideMap } from './wide-map.ts';

export interface Row {
  /** What it is found by in its table. */
  readonly key: string;
  purgeAt: Instant;
  /** Its place in the table, given by it; -1 outside. */
  slot: number;
}

/** Rows that leave at their time or when told to, and never to make room: a full table is for its owner to refuse. */
export class BoundedRows<R extends Row> {
  readonly limit: number;
  readonly #byKey: WideMap<R>;
  readonly #bySlot: (R | undefined)[] = [];
  readonly #expiry = new Expiry();

  constructor(limit: number) {
    this.limit = limit;
    this.#byKey = new WideMap(limit);
  }

  get size(): number {
    return this.#byKey.size;
  }

  get room(): number {
    return Math.max(0, this.limit - this.size);
  }

  find(key: string): R | undefined {
    return this.#byKey.get(key);
  }

  /** The key must not be there. */
  add(row: R): void {
    row.slot = this.#expiry.take(row.purgeAt);
    this.#bySlot[row.slot] = row;
    this.#byKey.set(row.key, row);
  }

  /** To be called after `purgeAt` of a row was set. */
  moved(row: R): void {
    this.#expiry.move(row.slot, row.purgeAt);
  }

  remove(row: R): void {
    this.#expiry.release(row.slot);
    this.#bySlot[row.slot] = undefined;
    this.#byKey.delete(row.key);
    row.slot = -1;
  }

  /** A row past its time, the longest dead first. */
  due(at: Instant): R | undefined {
    const slot = this.#expiry.due(at);
    return slot < 0 ? undefined : this.#bySlot[slot];
  }

  /** In no order. Rows may come and go meanwhile: what is there all the time is met exactly once. */
  *values(): Generator<R> {
    for (let slot = 0; slot < this.#bySlot.length; slot++) {
      const row = this.#bySlot[slot];
      if (row !== undefined) yield row;
    }
  }
}
