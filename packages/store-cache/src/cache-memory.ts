import { type Clock, type Instant, type Log, StoreError } from '@gatehouse/core';
import { Disk, type SnapshotOptions } from './disk/disk.ts';
import { type Entry, entriesOf, restore } from './disk/entry.ts';
import { Evictions } from './evictions.ts';
import type { CacheLimits } from './limits.ts';
import { removeSlice, Ticker } from './slices.ts';
import { Tables } from './tables.ts';
import type { Eviction } from './tokens.ts';

export interface MemoryOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: CacheLimits;
  readonly onEviction: ((eviction: Eviction) => void) | undefined;
  readonly snapshot: SnapshotOptions | undefined;
}

/** What the stores of one memory share: its namespaces, its disk and the one timer. Another memory shares nothing with it (SEC-114). */
export class CacheMemory {
  readonly durable: boolean;
  readonly evictions: Evictions;
  readonly #options: MemoryOptions;
  readonly #namespaces = new Map<string, Tables>();
  readonly #ticker: Ticker;
  #disk: Disk | null = null;
  /** Stores that have opened it and not closed it. */
  #users = 0;
  #opening: Promise<void> | null = null;
  #closing: Promise<void> | null = null;
  #isOpen = false;

  constructor(options: MemoryOptions) {
    this.#options = options;
    this.durable = options.snapshot !== undefined;
    this.evictions = new Evictions(options.log, options.onEviction);
    this.#ticker = new Ticker(
      () => removeSlice(this.#namespaces.values(), this.now()),
      () => {
        this.evictions.report();
        this.#disk?.tick(() => this.#entries());
      },
    );
  }

  now(): Instant {
    return this.#options.clock.now();
  }

  /** @param limits of a namespace that is new; another's stand as they are */
  tables(namespace: string, limits: CacheLimits = this.#options.limits): Tables {
    let tables = this.#namespaces.get(namespace);
    if (tables === undefined) {
      tables = new Tables(limits, this.evictions.add);
      this.#namespaces.set(namespace, tables);
    }
    return tables;
  }

  async open(): Promise<void> {
    if (this.#closing !== null) throw closed();
    this.#users++;
    this.#opening ??= this.#load();
    try {
      await this.#opening;
    } catch (error) {
      this.#users--;
      this.#opening = null;
      throw error;
    }
  }

  /** The last of its stores closes it. */
  async close(): Promise<void> {
    if (--this.#users > 0) return;
    this.#isOpen = false;
    this.#ticker.stop();
    this.evictions.report();
    this.#closing = (async () => this.#disk?.close(() => this.#entries()))();
    await this.#closing;
    this.#namespaces.clear();
  }

  /** @throws StoreError `unavailable` where it is not open, or its disk does not keep up */
  async ready(): Promise<void> {
    this.refuseUnlessOpen();
    if (this.#disk?.journal.behind) await this.#disk.journal.ready();
  }

  refuseUnlessOpen(): void {
    if (!this.#isOpen) throw closed();
  }

  /** Notes what happened; a memory without a disk does not even look at it. */
  record(entries: () => Iterable<Entry>): void {
    if (this.#disk !== null) for (const entry of entries()) this.#disk.journal.record(entry);
  }

  /** Resolves once what was recorded survives a restart; at once where nothing does. */
  async settled(): Promise<void> {
    await this.#disk?.journal.settled();
  }

  /** Whether its disk takes what it is given. @throws StoreError `unavailable` */
  async ping(): Promise<void> {
    await this.ready();
    await this.settled();
  }

  async #load(): Promise<void> {
    const { snapshot, log } = this.#options;
    if (snapshot !== undefined) {
      const at = this.now();
      this.#disk = await Disk.open(snapshot, log, (entry) => restore(this.tables(entry.in), entry, at));
    }
    this.#isOpen = true;
    this.#ticker.start();
  }

  *#entries(): Generator<Entry> {
    for (const [namespace, tables] of this.#namespaces) yield* entriesOf(namespace, tables);
  }
}

function closed(): StoreError {
  return new StoreError('unavailable', 'The cache store is not open.');
}
