import type { Instant } from '@gatehouse/core';

const FIRST_CAPACITY = 64;
const GROWTH = 1.5;

/**
 * Which slot is due first: a binary heap over numbered slots, four bytes for its order, four for the way back, eight for
 * the deadline. No timer and no object per entry. It also gives out the slots: behind the heap's end lie the free ones.
 */
export class Expiry {
  #deadlines = new Float64Array(FIRST_CAPACITY);
  /** A permutation of all slots: a heap up to `#size`, free from there on. */
  #order = Uint32Array.from({ length: FIRST_CAPACITY }, (_, slot) => slot);
  /** Where in `#order` a slot is. */
  #places = Uint32Array.from({ length: FIRST_CAPACITY }, (_, slot) => slot);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** One more than the highest slot that may be in use. */
  get capacity(): number {
    return this.#order.length;
  }

  deadline(slot: number): Instant {
    return this.#deadlines[slot] as number;
  }

  /** The slot with the earliest deadline; -1 where none is in use. */
  first(): number {
    return this.#size > 0 ? (this.#order[0] as number) : -1;
  }

  /** The slot that is past its deadline longest; -1 where none is. */
  due(at: Instant): number {
    const slot = this.first();
    return slot >= 0 && this.deadline(slot) <= at ? slot : -1;
  }

  /** @returns a free slot, now in use */
  take(deadline: Instant): number {
    if (this.#size === this.capacity) this.#grow();
    const slot = this.#order[this.#size] as number;
    this.#deadlines[slot] = deadline;
    this.#rise(this.#size++);
    return slot;
  }

  move(slot: number, deadline: Instant): void {
    this.#deadlines[slot] = deadline;
    this.#settle(this.#places[slot] as number);
  }

  release(slot: number): void {
    const place = this.#places[slot] as number;
    this.#swap(place, --this.#size);
    if (place < this.#size) this.#settle(place);
  }

  #settle(place: number): void {
    this.#rise(place);
    this.#sink(place);
  }

  #rise(from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#earlier(place, parent)) return;
      this.#swap(place, parent);
      place = parent;
    }
  }

  #sink(from: number): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) return;
      if (child + 1 < this.#size && this.#earlier(child + 1, child)) child++;
      if (!this.#earlier(child, place)) return;
      this.#swap(place, child);
      place = child;
    }
  }

  #earlier(place: number, than: number): boolean {
    return this.deadline(this.#order[place] as number) < this.deadline(this.#order[than] as number);
  }

  #swap(one: number, other: number): void {
    const a = this.#order[one] as number;
    const b = this.#order[other] as number;
    this.#order[one] = b;
    this.#places[b] = one;
    this.#order[other] = a;
    this.#places[a] = other;
  }

  #grow(): void {
    const before = this.capacity;
    const after = Math.ceil(before * GROWTH);
    this.#deadlines = grown(this.#deadlines, new Float64Array(after));
    this.#order = grown(this.#order, new Uint32Array(after));
    this.#places = grown(this.#places, new Uint32Array(after));
    for (let slot = before; slot < after; slot++) {
      this.#order[slot] = slot;
      this.#places[slot] = slot;
    }
  }
}

/** The larger column with the values of the smaller one. */
export function grown<T extends Float64Array | Uint32Array | Uint8Array>(small: T, large: T): T {
  large.set(small);
  return large;
}
