import type { Key } from '@gatehouse/core';
import { LRUCache } from 'lru-cache';
import { shardOf, shardsFor } from './wide-map.ts';

const FIRST_CAPACITY = 64;
// Twelve times in a row make room for a full shard; twice as much each time would leave more of it empty.
const GROWTH = 1.5;

type Shard = LRUCache<Key, number>;

/**
 * The slots of access tokens by key, and which of them nobody has asked for longest. An lru-cache allocates for its `max`
 * at once (a million: 170 ms and 28 MB), and moving into a larger one takes as long as it is large; so there are many
 * small ones that grow on their own, and "longest" holds within one of them. Which one a key is in is as good as
 * chance, since keys are hashes.
 */
export class RecentKeys {
  readonly #shards: (Shard | undefined)[];
  #size = 0;

  constructor(expected: number) {
    this.#shards = new Array(shardsFor(expected)).fill(undefined);
  }

  get size(): number {
    return this.#size;
  }

  /** Counts as asked for. */
  use(key: Key): number | undefined {
    return this.#shards[this.#index(key)]?.get(key);
  }

  peek(key: Key): number | undefined {
    return this.#shards[this.#index(key)]?.peek(key);
  }

  /** The key must not be there. */
  add(key: Key, slot: number): void {
    const index = this.#index(key);
    let shard = this.#shards[index];
    if (shard === undefined || shard.size === shard.max) {
      shard = larger(shard);
      this.#shards[index] = shard;
    }
    shard.set(key, slot);
    this.#size++;
  }

  delete(key: Key): void {
    const index = this.#index(key);
    const shard = this.#shards[index];
    if (!shard?.delete(key)) return;
    this.#size--;
    if (shard.size === 0) this.#shards[index] = undefined;
  }

  /** The slot nobody has asked for longest, from where this key will be; undefined where there is none at all. */
  oldest(near: Key): number | undefined {
    const first = this.#index(near);
    for (let step = 0; step < this.#shards.length; step++) {
      const shard = this.#shards[(first + step) % this.#shards.length];
      if (shard === undefined) continue;
      for (const slot of shard.rvalues()) return slot;
    }
    return undefined;
  }

  #index(key: Key): number {
    return shardOf(key, this.#shards.length);
  }
}

function larger(full: Shard | undefined): Shard {
  const shard: Shard = new LRUCache({ max: full === undefined ? FIRST_CAPACITY : Math.ceil(full.max * GROWTH) });
  if (full !== undefined) for (const [key, slot] of full.rentries()) shard.set(key as Key, slot as number);
  return shard;
}
