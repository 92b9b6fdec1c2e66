import {
  Atomicity,
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
  silentLog,
  systemClock,
  type Write,
  type Written,
} from '@gatehouse/core';
import { Batcher } from './batcher.ts';
import { tenantColumn } from './columns.ts';
import { resolveConnection } from './connection/resolve.ts';
import type { ConnectionSettings } from './connection/settings.ts';
import { clear, count } from './count.ts';
import type { Database } from './database/database.ts';
import { openDatabase } from './database/open-database.ts';
import type { Dialect } from './dialects/dialect.ts';
import { dialectNamed } from './dialects/index.ts';
import { find } from './find.ts';
import { list } from './list.ts';
import { once } from './once.ts';
import { DEFAULT_CLOCK_TOLERANCE_MS, type RdbmsStoreOptions, type RdbmsStoreStats } from './options.ts';
import { revoke } from './revoke.ts';
import { checkItself } from './self-check/self-check.ts';
import { type RdbmsSweepReport, Sweeper } from './sweep.ts';
import { SWEPT_NAMES } from './tables.ts';
import { write } from './write.ts';

const NOT_OPEN: RdbmsStoreStats = {
  pool: { used: 0, free: 0, waiting: 0, max: 0 },
  additions: { waiting: 0 },
  sweep: { backlog: {}, lagMs: 0 },
};

/** Milliseconds that `close` waits for running work. */
const CLOSE_MS = 5_000;

/** The store contract on a relational database, for one namespace. */
export class RdbmsStore implements Store {
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  readonly #settings: ConnectionSettings;
  readonly #dialect: Dialect;
  readonly #tenant: string;
  readonly #sweeps: 'database' | 'namespace';
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #observe: RdbmsStoreOptions['observe'];
  #parts: { readonly database: Database; readonly batcher: Batcher; readonly sweeper: Sweeper } | undefined;
  #opening: Promise<void> | undefined;
  /** While it is looked at. */
  #opened: Database | undefined;
  #closed = false;

  /** Connects nowhere. @throws StoreError `config` */
  constructor(options: RdbmsStoreOptions) {
    this.#settings = resolveConnection(options.connection);
    this.#dialect = dialectNamed(this.#settings.dialect);
    this.#tenant = tenantColumn(options.namespace);
    this.#sweeps = options.sweeps ?? 'database';
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLog;
    this.#observe = options.observe;
    this.name = this.#dialect.name;
    this.capabilities = {
      change: Atomicity.cluster,
      additions: 'atomic',
      visibility: { registers: 'cluster', tokens: 'cluster', boundMs: 0 },
      expiry: 'sweep',
      expiryStep: 1,
      retention: 'until-expiry',
      durable: true,
      listing: 'exact',
      // A file has no clock of its own: who opens it is on the same machine.
      clockTolerance: this.#dialect.local ? 0 : (options.clockToleranceMs ?? DEFAULT_CLOCK_TOLERANCE_MS),
    };
  }

  open(): Promise<void> {
    if (this.#closed) return Promise.reject(closed());
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async write(w: Write): Promise<Written> {
    checkWrite(w);
    const { database, batcher } = this.#ready();
    const inOneStatement = this.#dialect.catalogue.changeAndToken !== undefined;
    return write({ database, batcher, tenant: this.#tenant, inOneStatement }, w);
  }

  async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    checkFind(kind, key);
    return find(this.#ready().database, this.#tenant, kind, key);
  }

  async revoke(what: Revocation, at: Instant, reason: string): Promise<number> {
    checkRevoke(what, at, reason);
    return revoke(this.#ready().database, this.#tenant, what, at, reason);
  }

  async list(kind: RegisterKind, by: ListBy, page: PageRequest): Promise<Page<Register>> {
    checkList(kind, by, page);
    return list(this.#ready().database, this.#tenant, kind, by, page);
  }

  async once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): Promise<boolean> {
    checkOnce(space, nonce, at, until, attempt);
    return once(this.#ready().database, this.#tenant, space, nonce, at, until, attempt);
  }

  async count(counter: string, key: Key, at: Instant, window: number, add: 0 | 1): Promise<number> {
    checkCount(counter, key, at, window, add);
    const atOnce = this.#dialect.catalogue.countsAtOnce;
    return count({ database: this.#ready().database, tenant: this.#tenant, atOnce }, counter, key, at, window, add);
  }

  async clear(counter: string, key: Key): Promise<void> {
    checkCounter(counter, key);
    await clear(this.#ready().database, this.#tenant, counter, key);
  }

  /** Asks for the clock: the cheapest answer that proves connection and server. */
  async ping(): Promise<void> {
    await this.#ready().database.run('clock', {});
  }

  async sweep(options: SweepOptions): Promise<RdbmsSweepReport> {
    checkSweep(options);
    return this.#ready().sweeper.sweep(options);
  }

  /** What is past its time and still there: what the next sweep would remove. Removes nothing. */
  async expired(at: Instant): Promise<RdbmsSweepReport> {
    checkSweep({ at, batch: 1, budgetMs: 0 });
    return this.#ready().sweeper.expired(at);
  }

  /** Removes every record of this store's namespace, living or not: for a scratch namespace that a test has used. */
  async forgetNamespace(): Promise<void> {
    const { database } = this.#ready();
    for (const name of SWEPT_NAMES) await database.run(`forget_${name}`, { tenant_id: this.#tenant });
  }

  /** For metrics. */
  stats(): RdbmsStoreStats {
    if (!this.#parts) return NOT_OPEN;
    const { database, batcher, sweeper } = this.#parts;
    const { backlog = {}, lagMs = 0 } = sweeper.last ?? {};
    return { pool: database.pool(), additions: { waiting: batcher.waiting }, sweep: { backlog, lagMs } };
  }

  async close(): Promise<void> {
    this.#closed = true;
    // An opening that still waits for its database is ended, not waited for.
    await this.#opened?.close(0);
    await this.#opening?.catch(() => undefined);
    const parts = this.#parts;
    this.#parts = undefined;
    await parts?.database.close(CLOSE_MS);
  }

  async #open(): Promise<void> {
    const database = await openDatabase(this.#dialect, this.#settings, { log: this.#log, observe: this.#observe });
    this.#opened = database;
    try {
      if (this.#closed) throw closed();
      await checkItself({
        database,
        dialect: this.#dialect,
        settings: this.#settings,
        tolerance: this.capabilities.clockTolerance,
        clock: this.#clock,
        log: this.#log,
      });
      if (this.#closed) throw closed();
    } catch (error) {
      await database.close(0);
      throw error;
    } finally {
      this.#opened = undefined;
    }
    this.#parts = {
      database,
      batcher: new Batcher(database, this.#tenant, this.#settings.timeouts.callMs),
      sweeper: new Sweeper(
        database,
        this.#dialect,
        {
          tolerance: this.capabilities.clockTolerance,
          only: this.#sweeps === 'namespace' ? this.#tenant : null,
        },
        this.#log,
      ),
    };
  }

  #ready(): { readonly database: Database; readonly batcher: Batcher; readonly sweeper: Sweeper } {
    // From the moment of `close` on, though what runs still has its connections.
    if (this.#parts && !this.#closed) return this.#parts;
    throw this.#closed ? closed() : new StoreError('unavailable', 'The store is not open yet.');
  }
}

function closed(): StoreError {
  return new StoreError('unavailable', 'The store is closed.');
}
