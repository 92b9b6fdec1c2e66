import { closeSync, existsSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Deadline, StoreError } from '@gatehouse/core';
import type { Database as File, Statement } from 'better-sqlite3';
import type { ManyId, StatementId } from '../catalogue.ts';
import type { ConnectionSettings } from '../connection/settings.ts';
import type { CompiledCatalogue } from '../database/compiled-catalogue.ts';
import type { Database, PoolState, RawDatabase } from '../database/database.ts';
import type { Bound } from '../database/engine.ts';
import { errorOf } from '../database/fault.ts';
import { Rollback, type Step, type Work } from '../database/work.ts';
import type { Dialect, DriverContext } from '../dialects/dialect.ts';
import { bind, type Compiled, type Params, type Result, type Row } from '../statement.ts';
import { importDriver } from './import-driver.ts';

/** Milliseconds between two looks at a file that another process is writing; a random part of it, growing. */
const PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 40;

export async function sqliteDatabase(
  dialect: Dialect,
  settings: ConnectionSettings,
  catalogue: CompiledCatalogue,
  { observe, creates = false }: DriverContext,
): Promise<Database> {
  const { default: Driver } = await importDriver('better-sqlite3', () => import('better-sqlite3'));
  const name = settings.file ?? '';
  if (!creates && name !== ':memory:' && !existsSync(name))
    throw new StoreError('config', `There is no SQLite file ${name}: \`gatehouse migrate\` makes it.`);
  try {
    // What is kept is nobody else's to read; the files beside it take its mode.
    if (creates && name !== ':memory:') closeSync(openSync(name, 'a', 0o600));
    // No waiting inside: it would stop the whole process, and another connection of it for good.
    const file = new Driver(name, { timeout: 0, fileMustExist: !creates && name !== ':memory:' });
    return new SqliteDatabase(file, dialect, catalogue, settings.timeouts.callMs, observe);
  } catch (cause) {
    throw new StoreError(
      'config',
      `The SQLite file ${name} cannot be opened: see that its folder is there and may be written.`,
      {
        cause,
      },
    );
  }
}

/** One file, one connection, every transaction one synchronous block. */
class SqliteDatabase implements Database {
  readonly raw: RawDatabase;
  readonly #file: File;
  readonly #dialect: Dialect;
  readonly #catalogue: CompiledCatalogue;
  readonly #callMs: number;
  readonly #observe: DriverContext['observe'];
  readonly #prepared = new Map<string, Statement<unknown[], Row>>();

  constructor(
    file: File,
    dialect: Dialect,
    catalogue: CompiledCatalogue,
    callMs: number,
    observe: DriverContext['observe'],
  ) {
    this.#observe = observe;
    this.#file = file;
    this.#dialect = dialect;
    this.#catalogue = catalogue;
    this.#callMs = callMs;
    this.raw = {
      query: async (text) => {
        await this.#begin();
        return this.#query(text);
      },
      session: async (work) => {
        await this.#begin();
        try {
          return await work((text) => this.#query(text));
        } catch (error) {
          // The one connection: whoever comes next would find itself in the transaction of whoever failed.
          this.#undo();
          throw error;
        }
      },
    };
  }

  run(statement: StatementId | 'change_and_token', params: Params): Promise<Result> {
    const compiled = this.#catalogue.statement(statement);
    const values = bind(compiled, params);
    return this.#call(() => this.#execute(compiled, values));
  }

  runMany(many: ManyId, params: Params, rows: readonly Params[]): Promise<Result> {
    return this.#call(() => this.#block(() => this.#step({ many, params, rows })));
  }

  transaction<T>(work: () => Work<T>): Promise<T> {
    return this.#call(() =>
      this.#block(() => {
        const steps = work();
        let next = steps.next();
        while (!next.done) next = steps.next(this.#step(next.value));
        return next.value;
      }),
    );
  }

  pool(): PoolState {
    return { used: 0, free: 1, waiting: 0, max: 1 };
  }

  async close(): Promise<void> {
    this.#file.close();
  }

  #step(step: Step): Result {
    if ('statement' in step) {
      const compiled = this.#catalogue.statement(step.statement);
      return this.#execute(compiled, bind(compiled, step.params));
    }
    let count = 0;
    for (const { compiled, values } of this.#catalogue.parts(step.many, step.params, step.rows))
      count += this.#execute(compiled, values).count;
    return { rows: [], count };
  }

  #execute({ id, text }: Compiled, values: Bound): Result {
    let statement = this.#prepared.get(id);
    if (!statement) {
      statement = this.#file.prepare<unknown[], Row>(text);
      this.#prepared.set(id, statement);
    }
    const began = performance.now();
    const result = resultOf(statement, values);
    this.#observe?.({ id, text, rows: result.count, ms: performance.now() - began });
    return result;
  }

  /** All or nothing; the write lock is taken first, so that nobody can come between. */
  #block<T>(work: () => T): T {
    this.#file.exec('BEGIN IMMEDIATE');
    try {
      const value = work();
      this.#file.exec('COMMIT');
      return value;
    } catch (error) {
      const failed = this.#undo();
      if (!(error instanceof Rollback)) throw error;
      if (failed !== null) throw failed;
      return error.value as T;
    }
  }

  /** Null, or what kept it from being undone. */
  #undo(): unknown {
    try {
      if (this.#file.open && this.#file.inTransaction) this.#file.exec('ROLLBACK');
      return null;
    } catch (error) {
      return error;
    }
  }

  #query(text: string): Promise<Result> {
    return this.#untilFree(() => resultOf(this.#file.prepare<unknown[], Row>(text), []));
  }

  async #call<T>(block: () => T): Promise<T> {
    try {
      return await this.#untilFree(block);
    } catch (error) {
      if (error instanceof StoreError || error instanceof TypeError) throw error;
      // The file is in this process: what failed was not done.
      throw errorOf(this.#dialect.faultOf(error), 'idle', error);
    }
  }

  /** Another process may be writing: looked at again and again, without stopping this one. */
  async #untilFree<T>(block: () => T): Promise<T> {
    const deadline = new Deadline(this.#callMs);
    for (let pause = PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      try {
        return block();
      } catch (error) {
        if (!this.#file.open) throw new StoreError('unavailable', 'The store is closed.');
        if (this.#dialect.faultOf(error) !== 'retry' || deadline.left < 0) throw error;
      }
      await sleep(1 + Math.random() * pause);
    }
  }

  /** Readers beside a writer, and nothing lost that was answered. */
  async #begin(): Promise<void> {
    await this.#untilFree(() => this.#file.pragma('journal_mode = WAL'));
    this.#file.pragma('synchronous = FULL');
  }
}

function resultOf(statement: Statement<unknown[], Row>, values: Bound): Result {
  if (!statement.reader) return { rows: [], count: statement.run(...values).changes };
  const rows = statement.all(...values);
  return { rows, count: rows.length };
}
