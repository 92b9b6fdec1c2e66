import {
  type Clock,
  checkCount,
  checkCounter,
  checkFind,
  checkList,
  checkOnce,
  checkRevoke,
  checkSweep,
  checkWrite,
  type Found,
  type Instant,
  type Key,
  type Kind,
  type ListBy,
  type Log,
  type Page,
  type PageRequest,
  type Register,
  type RegisterKind,
  type Revocation,
  type Store,
  type StoreCapabilities,
  StoreError,
  type SweepOptions,
  type SweepReport,
  silentLog,
  systemClock,
  type Write,
  type Written,
} from '@gatehouse/core';
import { CacheMemory } from './cache-memory.ts';
import { CACHE_CAPABILITIES } from './capabilities.ts';
import type { SnapshotOptions } from './disk/disk.ts';
import { counterEntry, nonceEntry, registerEntry, tokenEntry } from './disk/entry.ts';
import { type CacheLimits, checkLimits } from './limits.ts';
import { revoke } from './revoke.ts';
import { sweep } from './slices.ts';
import { type CacheStats, statsOf } from './stats.ts';
import type { Tables } from './tables.ts';
import type { Eviction } from './tokens.ts';
import { type Applied, applyWrite } from './write.ts';

/** Limits, time and disk of a cache store; everything has a default. */
export interface CacheOptions extends Partial<CacheLimits> {
  /** An issuer, usually; what is written in one namespace is not there in another. Default: `default`. */
  readonly namespace?: string;
  /** When the dead are removed; default: the system's. It must be the clock of the callers. */
  readonly clock?: Clock;
  readonly log?: Log;
  /** Called for every token that had to make room. */
  readonly onEviction?: (eviction: Eviction) => void;
  /** Without it a restart forgets everything. */
  readonly snapshot?: SnapshotOptions;
}

/** Another store on the same memory: another namespace, or one more caller of the same. */
export type SiblingOptions = Partial<CacheLimits> & Pick<CacheOptions, 'namespace' | 'log'>;

const DEFAULT_NAMESPACE = 'default';

/**
 * The store of one process, in its memory. Each call of this makes a memory of its own, so two servers of a process
 * never meet (SEC-114).
 * @throws StoreError `config` naming the option
 */
export function createCacheStore(options: CacheOptions = {}): CacheStore {
  const { clock = systemClock, log = silentLog, namespace = DEFAULT_NAMESPACE, onEviction, snapshot } = options;
  const memory = new CacheMemory({ clock, log, limits: checkLimits(options, log), onEviction, snapshot });
  return new CacheStore(memory, namespace, memory.tables(namespace));
}

/** The same, opened. */
export async function openStore(options: CacheOptions = {}): Promise<CacheStore> {
  const store = createCacheStore(options);
  await store.open();
  return store;
}

/** The store contract in the memory of this process, with siblings on the same memory and its own metrics. */
export class CacheStore implements Store {
  readonly name = 'cache';
  readonly capabilities: StoreCapabilities;
  readonly #memory: CacheMemory;
  readonly #namespace: string;
  readonly #tables: Tables;
  #state: 'new' | 'open' | 'closed' = 'new';
  #opening: Promise<void> | null = null;

  /** Made by {@link createCacheStore} and {@link CacheStore.sibling}. */
  constructor(memory: CacheMemory, namespace: string, tables: Tables) {
    this.#memory = memory;
    this.#namespace = namespace;
    this.#tables = tables;
    this.capabilities = memory.durable ? { ...CACHE_CAPABILITIES, durable: true } : CACHE_CAPABILITIES;
  }

  /** Limits are those of a namespace's first store. */
  sibling({ namespace = this.#namespace, log = silentLog, ...limits }: SiblingOptions = {}): CacheStore {
    return new CacheStore(this.#memory, namespace, this.#memory.tables(namespace, checkLimits(limits, log)));
  }

  stats(): CacheStats {
    return statsOf(this.#tables, this.#memory.evictions);
  }

  async write(write: Write): Promise<Written> {
    checkWrite(write);
    await this.#ready();
    const applied = applyWrite(this.#tables, write, this.#memory.now());
    this.#record(applied);
    // Also where nothing was applied: what this was told of may not be on disk yet.
    await this.#memory.settled();
    return applied.outcome;
  }

  async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    checkFind(kind, key);
    this.#refuseUnlessOpen();
    return this.#find(kind, key) as Found<K> | undefined;
  }

  async revoke(what: Revocation, at: Instant, reason: string): Promise<number> {
    checkRevoke(what, at, reason);
    await this.#ready();
    const revoked = revoke(this.#tables, what, { at, reason }, this.#memory.now());
    this.#record(revoked);
    await this.#memory.settled();
    return revoked.registers.length + revoked.tokens.length;
  }

  async list(kind: RegisterKind, by: ListBy, page: PageRequest): Promise<Page<Register>> {
    checkList(kind, by, page);
    this.#refuseUnlessOpen();
    const { rows, next } = this.#tables.registers[kind].page(by, page, this.#memory.now());
    return { items: rows.map((row) => this.#tables.register(row)), next };
  }

  async once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): Promise<boolean> {
    checkOnce(space, nonce, at, until, attempt);
    await this.#ready();
    const used = this.#tables.nonces.once(space, nonce, at, until, attempt);
    if (typeof used !== 'boolean') this.#memory.record(() => [nonceEntry(this.#namespace, used)]);
    await this.#memory.settled();
    return used !== false;
  }

  async count(counter: string, key: Key, at: Instant, window: number, add: 0 | 1): Promise<number> {
    checkCount(counter, key, at, window, add);
    if (add === 0) {
      this.#refuseUnlessOpen();
      return this.#tables.counters.read(counter, key, at);
    }
    await this.#ready();
    const row = this.#tables.counters.add(counter, key, at, window);
    const place = row.count;
    this.#memory.record(() => [counterEntry(this.#namespace, row)]);
    await this.#memory.settled();
    return place;
  }

  async clear(counter: string, key: Key): Promise<void> {
    checkCounter(counter, key);
    await this.#ready();
    if (this.#tables.counters.clear(counter, key))
      this.#memory.record(() => [counterEntry(this.#namespace, { counter, of: key, count: 0, purgeAt: 0 })]);
    await this.#memory.settled();
  }

  async open(): Promise<void> {
    if (this.#state === 'closed') throw notOpen();
    this.#opening ??= this.#memory.open();
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = null;
      throw error;
    }
    this.#state = 'open';
  }

  async ping(): Promise<void> {
    this.#refuseUnlessOpen();
    await this.#memory.ping();
  }

  async sweep(options: SweepOptions): Promise<SweepReport> {
    checkSweep(options);
    this.#refuseUnlessOpen();
    return sweep(this.#tables, options);
  }

  /** Final: a closed store stays closed. */
  async close(): Promise<void> {
    const before = this.#state;
    this.#state = 'closed';
    if (before === 'open') await this.#memory.close();
  }

  #find(kind: Kind, key: Key): Found<Kind> | undefined {
    const now = this.#memory.now();
    if (kind === 'access_token') {
      const stored = this.#tables.tokens.find(key, now);
      return stored && this.#tables.token(stored, now);
    }
    const row = this.#tables.registers[kind].find(key, now);
    return row && this.#tables.register(row);
  }

  #record({ registers, tokens }: Pick<Applied, 'registers' | 'tokens'>): void {
    if (registers.length + tokens.length === 0) return;
    this.#memory.record(() => [
      ...registers.map((row) => registerEntry(this.#namespace, row)),
      ...tokens.map((token) => tokenEntry(this.#namespace, token)),
    ]);
  }

  async #ready(): Promise<void> {
    this.#refuseUnlessOpen();
    await this.#memory.ready();
  }

  #refuseUnlessOpen(): void {
    if (this.#state !== 'open') throw notOpen();
  }
}

function notOpen(): StoreError {
  return new StoreError('unavailable', 'The cache store is not open.');
}
