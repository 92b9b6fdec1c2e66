import { createRequire } from 'node:module';
import { inLowerCase } from '../in-lower-case.ts';
import type { Result, Row } from '../statement.ts';
import { call, type Db2Connection, type Db2Driver, type Db2Result, type Db2Statement } from './driver.ts';

/** What a connection is made with; of {@link Db2Client.connectionSettings}. */
export interface Db2Connecting {
  /** `DATABASE=…;HOSTNAME=…;` */
  readonly text: string;
  readonly connectSeconds: number;
  /** The driver gives a connection up that has not answered for so long; 0: never. */
  readonly receiveSeconds: number;
}

interface Query {
  readonly sql: string;
  readonly bindings: readonly (string | null)[] | null;
  /** Whether rows are asked for, and not their number. */
  readonly reads: boolean;
  response?: Result;
}

/** Of sqlcli1.h. */
const AUTOCOMMIT = 102;
const ISOLATION = 108;
const RECEIVE_TIMEOUT = 2547;
const ON = 1;
const OFF = 0;
/** CS: cursor stability, which others call READ COMMITTED. */
const CURSOR_STABILITY = 2;

/** Milliseconds that a connection may have been idle without being asked whether it still is one. */
const FRESH_MS = 500;

export interface KnexClient {
  readonly driver: unknown;
  connectionSettings: unknown;
}

const knex = createRequire(import.meta.url)('knex') as { readonly Client: new (config: unknown) => KnexClient };

/**
 * knex has no client for Db2: this one has what a pool needs, and runs texts. It compiles none, since every text is
 * written by hand.
 */
export class Db2Client extends knex.Client {
  readonly #used = new WeakMap<Db2Connection, number>();
  readonly #running = new WeakMap<Db2Connection, Promise<unknown>>();
  /** Connections that were last used before may be as dead as the one that was found dead then. */
  #suspectBefore = 0;

  async acquireRawConnection(): Promise<Db2Connection> {
    const { text, connectSeconds, receiveSeconds } = this.connectionSettings as Db2Connecting;
    const driver = this.driver as Db2Driver;
    const connection = await call<Db2Connection>((done) => driver.open(text, { connectTimeout: connectSeconds }, done));
    try {
      // As a keyword of the connection string it is not heard.
      await this.#set(connection, RECEIVE_TIMEOUT, receiveSeconds);
      await this.#set(connection, ISOLATION, CURSOR_STABILITY);
    } catch (error) {
      await this.destroyRawConnection(connection);
      throw error;
    }
    return connection;
  }

  /** Whatever still runs is waited for: the library keeps a thread for it, and there is no way to cut it off. */
  async destroyRawConnection(connection: Db2Connection): Promise<void> {
    await this.#running.get(connection)?.catch(() => undefined);
    await call((done) => connection.close(done)).catch(() => undefined);
  }

  /** The driver says `connected` of a connection whose server is long gone: only a statement tells. */
  async validateConnection(connection: Db2Connection): Promise<boolean> {
    const used = this.#used.get(connection) ?? 0;
    if (used > this.#suspectBefore && performance.now() - used < FRESH_MS) return true;
    try {
      await this._query(connection, { sql: 'SELECT 1 FROM SYSIBM.SYSDUMMY1', bindings: null, reads: true });
      return true;
    } catch {
      this.#suspectBefore = performance.now();
      return false;
    }
  }

  async _query(connection: Db2Connection, query: Query): Promise<Query> {
    query.response = await this.#run(connection, () => execute(connection, query));
    return query;
  }

  async begin(connection: Db2Connection): Promise<void> {
    await this.#run(connection, () => this.#set(connection, AUTOCOMMIT, OFF));
  }

  /** To turn autocommit on is to commit: the driver's own `commitTransaction` never says that it failed. */
  async commit(connection: Db2Connection): Promise<void> {
    await this.#run(connection, () => this.#set(connection, AUTOCOMMIT, ON));
  }

  /** Nor does `rollbackTransaction`; after the statement there is nothing left that turning autocommit on could commit. */
  async rollback(connection: Db2Connection): Promise<void> {
    await this.#run(connection, async () => {
      await execute(connection, { sql: 'ROLLBACK', bindings: null, reads: false });
      await this.#set(connection, AUTOCOMMIT, ON);
    });
  }

  #set(connection: Db2Connection, attribute: number, value: number): Promise<unknown> {
    return call((done) => connection.setAttr(attribute, value, done));
  }

  async #run<T>(connection: Db2Connection, work: () => Promise<T>): Promise<T> {
    const running = work();
    this.#running.set(connection, running);
    try {
      const value = await running;
      this.#used.set(connection, performance.now());
      return value;
    } finally {
      this.#running.delete(connection);
    }
  }
}

// Asked for on the prototype: with them there the base class makes the pool.
Object.assign(Db2Client.prototype, { dialect: 'db2', driverName: 'ibm_db' });

/** Of everything the forms that leave the event loop alone: some of the driver's others hold it until the server answers. */
async function execute(connection: Db2Connection, { sql, bindings, reads }: Query): Promise<Result> {
  const statement = await call<Db2Statement>((done) => connection.prepare(sql, done));
  const values = bindings === null || bindings.length === 0 ? null : [...bindings];
  try {
    if (!reads) return { rows: [], count: await call<number>((done) => statement.executeNonQuery(values, done)) };
    const result = await call<Db2Result>((done) => statement.execute(values, done));
    try {
      const rows = await call<readonly Row[]>((done) => result.fetchAll(done));
      return { rows: rows.map(inLowerCase), count: rows.length };
    } finally {
      await call((done) => result.close(done)).catch(() => undefined);
    }
  } finally {
    await call((done) => statement.close(done)).catch(() => undefined);
  }
}
