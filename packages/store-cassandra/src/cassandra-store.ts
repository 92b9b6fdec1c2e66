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
  Deadline,
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
import { capabilitiesOf } from './capabilities.ts';
import { resolveConnection } from './connection/resolve.ts';
import type { ConnectionSettings } from './connection/settings.ts';
import { clear, count } from './count.ts';
import { findToken } from './find-token.ts';
import { forgetNamespace } from './forget-namespace.ts';
import { KeptRows } from './kept-rows.ts';
import type { Promises } from './levels/promises.ts';
import { list } from './list.ts';
import { NotedMonths } from './noted-months.ts';
import { once } from './once.ts';
import { type CassandraStoreOptions, DEFAULT_CLOCK_TOLERANCE_MS } from './options.ts';
import { findRegister } from './read-register.ts';
import { revoke } from './revoke.ts';
import type { Call, Room } from './room.ts';
import { outvoted } from './self-check/check-agreement.ts';
import { openChecked } from './self-check/open-checked.ts';
import { write } from './write.ts';

/** Milliseconds that `close` waits for running work. */
const CLOSE_MS = 5_000;
/** Bytes: a partition's key is 64 KB at most, and a namespace is a part of each. */
const LONGEST_NAMESPACE = 2_048;

/** The store contract on Apache Cassandra, for one namespace. */
export class CassandraStore implements Store {
  readonly name = 'cassandra';
  readonly #options: CassandraStoreOptions;
  readonly #settings: ConnectionSettings;
  readonly #tolerance: number;
  readonly #clock: Clock;
  readonly #log: Log;
  #room: Room | undefined;
  #promises: Promises | null = null;
  /** Why this server may not go on: the others of its keyspace decide otherwise, as far as anybody has looked. */
  #outvoted: string | null = null;
  #opening: Promise<void> | undefined;
  #closed = false;

  /** Connects nowhere. @throws StoreError `config` */
  constructor(options: CassandraStoreOptions) {
    this.#options = options;
    this.#settings = resolveConnection(options.connection);
    this.#tolerance = options.clockToleranceMs ?? DEFAULT_CLOCK_TOLERANCE_MS;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLog;
    const { namespace } = options;
    if (namespace === '' || !namespace.isWellFormed() || Buffer.byteLength(namespace) > LONGEST_NAMESPACE)
      throw new StoreError('config', `The namespace of the store is a text of 1 to ${LONGEST_NAMESPACE} bytes.`);
  }

  /** Exact once the store is open and the replication of its keyspace is known; until then, what holds for any. */
  get capabilities(): StoreCapabilities {
    return capabilitiesOf(this.#tolerance, this.#promises);
  }

  /** What the chosen levels mean on the cluster's replication; null before `open`. */
  get promises(): Promises | null {
    return this.#promises;
  }

  explain(): readonly string[] {
    return this.#promises?.sentences ?? [];
  }

  open(): Promise<void> {
    if (this.#closed) return Promise.reject(new StoreError('unavailable', 'The store is closed.'));
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async write(w: Write): Promise<Written> {
    checkWrite(w);
    return write(this.#call(), w);
  }

  async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    checkFind(kind, key);
    const call = this.#call();
    const found = kind === 'access_token' ? findToken(call, key) : findRegister(call, kind as RegisterKind, key);
    return (await found) as Found<K> | undefined;
  }

  async revoke(what: Revocation, at: Instant, reason: string): Promise<number> {
    checkRevoke(what, at, reason);
    return revoke(this.#call(), what, at, reason);
  }

  async list(kind: RegisterKind, by: ListBy, page: PageRequest): Promise<Page<Register>> {
    checkList(kind, by, page);
    return list(this.#call(), kind, by, page);
  }

  async once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): Promise<boolean> {
    checkOnce(space, nonce, at, until, attempt);
    return once(this.#call(), space, nonce, at, until, attempt);
  }

  async count(counter: string, key: Key, at: Instant, window: number, add: 0 | 1): Promise<number> {
    checkCount(counter, key, at, window, add);
    return count(this.#call(), counter, key, at, window, add);
  }

  async clear(counter: string, key: Key): Promise<void> {
    checkCounter(counter, key);
    await clear(this.#call(), counter, key);
  }

  /**
   * At the level of registers: with fewer nodes than that takes, every call fails, whatever one node answers. What is
   * read is at what levels the servers of the keyspace decide: one that has been left running beside others refuses.
   */
  async ping(): Promise<void> {
    await this.#look();
    this.#call();
  }

  /**
   * Rows end by themselves, each at its TTL: there is nothing to remove, and the report says so. It comes again and
   * again where nobody asks whether the server is ready, so that is looked at.
   */
  async sweep(options: SweepOptions): Promise<SweepReport> {
    checkSweep(options);
    await this.#look().catch(() => undefined);
    this.#call();
    return { removed: {}, complete: true, errors: {} };
  }

  /** Removes every record of this store's namespace: for a scratch namespace that a test has used. */
  async forgetNamespace(): Promise<void> {
    await forgetNamespace(this.#call());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => undefined);
    const room = this.#room;
    this.#room = undefined;
    await room?.session.close(CLOSE_MS);
  }

  async #open(): Promise<void> {
    const { namespace, observe, driver } = this.#options;
    const { session, plan, deciding, promises } = await openChecked({
      settings: this.#settings,
      driver,
      observe,
      toleranceMs: this.#tolerance,
      clock: this.#clock,
      log: this.#log,
    });
    this.#promises = promises;
    this.#room = {
      session,
      plan,
      deciding,
      tenant: namespace,
      toleranceMs: this.#tolerance,
      confirmMs: this.#settings.timeouts.confirmMs,
      pageSize: this.#settings.pageSize,
      clock: this.#clock,
      kept: new KeptRows(),
      months: new NotedMonths(),
    };
  }

  async #look(): Promise<void> {
    this.#outvoted = await outvoted(this.#opened());
  }

  #call(): Call {
    const call = this.#opened();
    if (this.#outvoted !== null) throw new StoreError('unavailable', this.#outvoted);
    return call;
  }

  #opened(): Call {
    if (this.#room) return { ...this.#room, deadline: new Deadline(this.#settings.timeouts.callMs) };
    throw new StoreError('unavailable', this.#closed ? 'The store is closed.' : 'The store is not open yet.');
  }
}
