/** Entries at which one Map of a {@link WideMap} is full: growing it costs about 3 ms, growing one of a million 200. */
const SHARD_SIZE = 7_800;

const HASHED_CHARACTERS = 48;

/** How many shards keep each of them small when `entries` are there. */
export function shardsFor(entries: number): number {
  return Math.max(1, Math.ceil(entries / SHARD_SIZE));
}

/** Which of `count` shards a text belongs to. */
export function shardOf(text: string, count: number): number {
  let hash = 0;
  const length = Math.min(text.length, HASHED_CHARACTERS);
  for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return (hash >>> 0) % count;
}

/** A Map in many small ones: a single one rehashes all of its entries at once whenever it doubles. */
export class WideMap<V> {
  readonly #shards: (Map<string, V> | undefined)[];
  #size = 0;

  constructor(expected: number) {
    this.#shards = new Array(shardsFor(expected)).fill(undefined);
  }

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    return this.#shards[shardOf(key, this.#shards.length)]?.get(key);
  }

  set(key: string, value: V): void {
    const index = shardOf(key, this.#shards.length);
    let shard = this.#shards[index];
    if (shard === undefined) {
      shard = new Map();
      this.#shards[index] = shard;
    }
    this.#size -= shard.size;
    shard.set(key, value);
    this.#size += shard.size;
  }

  delete(key: string): void {
    const index = shardOf(key, this.#shards.length);
    const shard = this.#shards[index];
    if (!shard?.delete(key)) return;
    this.#size--;
    if (shard.size === 0) this.#shards[index] = undefined;
  }
}
