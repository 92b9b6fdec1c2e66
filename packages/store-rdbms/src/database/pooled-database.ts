import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@gatehouse/core';
import type { ManyId, StatementId } from '../catalogue.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { bind, type Params, type Result, type Row } from '../statement.ts';
import type { CompiledCatalogue } from './compiled-catalogue.ts';
import type { Database, PoolState, RawDatabase } from './database.ts';
import { Deadline, Late } from './deadline.ts';
import type { Engine } from './engine.ts';
import { type Duplicate, errorOf, type Fault, lateError, SPENT, type Stage } from './fault.ts';
import { Rollback, runMany, type Step, type Work } from './work.ts';

const ROUNDS = 3;
/** Milliseconds a transaction waits at most before it is begun again. */
const JITTER_MS = 30;

/** What failed, judged: the one error that leaves, and whether to begin again. */
class Failure {
  readonly fault: Fault;
  readonly error: StoreError | Duplicate;

  constructor(fault: Fault, error: StoreError | Duplicate) {
    this.fault = fault;
    this.error = error;
  }
}

/** A driver with a pool of connections, kept to deadlines, its errors judged where they happen. */
export class PooledDatabase implements Database {
  readonly raw: RawDatabase;
  readonly #engine: Engine;
  readonly #dialect: Dialect;
  readonly #catalogue: CompiledCatalogue;
  readonly #callMs: number;
  #closed = false;

  constructor(engine: Engine, dialect: Dialect, catalogue: CompiledCatalogue, callMs: number) {
    this.#engine = engine;
    this.#dialect = dialect;
    this.#catalogue = catalogue;
    this.#callMs = callMs;
    this.raw = {
      query: (text) => this.raw.session((query) => query(text)),
      session: (work) => this.#session(work),
    };
  }

  run(statement: StatementId | 'change_and_token', params: Params): Promise<Result> {
    const compiled = this.#catalogue.statement(statement);
    const values = bind(compiled, params);
    return this.#inRounds((deadline) =>
      this.#onConnection(deadline, (connection) =>
        this.#await(deadline, compiled.reads ? 'idle' : 'sent', () =>
          this.#engine.execute(connection, compiled, values),
        ),
      ),
    );
  }

  runMany(many: ManyId, params: Params, rows: readonly Params[]): Promise<Result> {
    const parts = this.#catalogue.parts(many, params, rows);
    const [part, ...others] = parts;
    if (part && others.length === 0)
      return this.#inRounds((deadline) =>
        this.#onConnection(deadline, (connection) =>
          this.#await(deadline, 'sent', () => this.#engine.execute(connection, part.compiled, part.values)),
        ),
      );
    return this.transaction(() => runMany(many, params, rows));
  }

  transaction<T>(work: () => Work<T>): Promise<T> {
    return this.#inRounds((deadline) =>
      this.#onConnection(deadline, async (connection) => {
        const send = <R>(stage: Stage, call: () => Promise<R>): Promise<R> => this.#await(deadline, stage, call);
        await send('idle', () => this.#engine.begin(connection));
        let value: T;
        try {
          value = await this.#steps(work(), (step) => this.#step(connection, step, send));
        } catch (error) {
          // What ended the transaction is what is said; how its rollback went is not.
          if (!(error instanceof Failure) || !SPENT.has(error.fault))
            await send('idle', () => this.#engine.rollback(connection)).catch(() => {
              throw error instanceof Rollback ? new Failure('lost', errorOf('lost', 'idle', error)) : spent(error);
            });
          if (error instanceof Rollback) return error.value as T;
          throw error;
        }
        await send('sent', () => this.#engine.commit(connection));
        return value;
      }),
    );
  }

  pool(): PoolState {
    return this.#engine.pool();
  }

  async close(limitMs: number): Promise<void> {
    this.#closed = true;
    await Promise.race([this.#engine.destroy(), sleep(limitMs, undefined, { ref: false })]);
  }

  async #steps<T>(work: Work<T>, send: (step: Step) => Promise<Result>): Promise<T> {
    let next = work.next();
    while (!next.done) {
      const result = await send(next.value);
      next = work.next(result);
    }
    return next.value;
  }

  async #step(
    connection: unknown,
    step: Step,
    send: <R>(stage: Stage, call: () => Promise<R>) => Promise<R>,
  ): Promise<Result> {
    if ('statement' in step) {
      const compiled = this.#catalogue.statement(step.statement);
      const values = bind(compiled, step.params);
      return send('idle', () => this.#engine.execute(connection, compiled, values));
    }
    let count = 0;
    for (const { compiled, values } of this.#catalogue.parts(step.many, step.params, step.rows))
      count += (await send('idle', () => this.#engine.execute(connection, compiled, values))).count;
    return { rows: [], count };
  }

  /** Begins again what the engine gave up, a few times and never past the deadline. */
  async #inRounds<T>(call: (deadline: Deadline) => Promise<T>): Promise<T> {
    const deadline = new Deadline(this.#callMs);
    for (let round = 1; ; round++) {
      try {
        return await call(deadline);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (error.fault !== 'retry' || round === ROUNDS || deadline.left < JITTER_MS) throw error.error;
        await sleep(Math.random() * JITTER_MS);
      }
    }
  }

  async #onConnection<T>(deadline: Deadline, call: (connection: unknown) => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreError('unavailable', 'The store is closed.');
    const connection = await this.#acquire(deadline);
    try {
      const value = await call(connection);
      this.#engine.release(connection);
      return value;
    } catch (error) {
      if (error instanceof Failure && !SPENT.has(error.fault)) this.#engine.release(connection);
      else this.#engine.discard(connection);
      throw error;
    }
  }

  async #acquire(deadline: Deadline): Promise<unknown> {
    const acquired = this.#engine.acquire();
    try {
      return await deadline.race(acquired);
    } catch (error) {
      // It may still come; then it goes back unused.
      acquired.then((connection) => this.#engine.release(connection)).catch(() => undefined);
      if (error instanceof StoreError) throw error;
      const fault = error instanceof Late ? 'busy' : this.#faultOfConnecting(error);
      throw new Failure(fault, errorOf(fault, 'idle', error));
    }
  }

  #faultOfConnecting(error: unknown): Fault {
    const fault = this.#dialect.faultOf(error);
    return fault === 'lost' || fault === 'other' || fault === 'retry' ? 'busy' : fault;
  }

  async #await<T>(deadline: Deadline, stage: Stage, call: () => Promise<T>): Promise<T> {
    try {
      return await deadline.race(call());
    } catch (error) {
      if (error instanceof Late) throw new Failure('lost', lateError(stage));
      const fault = this.#dialect.faultOf(error);
      throw new Failure(fault, errorOf(fault, stage, error));
    }
  }

  async #session<T>(work: (query: (text: string) => Promise<Result>) => Promise<T>): Promise<T> {
    const connection = await this.#engine.acquire();
    try {
      const value = await work(async (text) => {
        const { rows, count } = await this.#engine.query(connection, this.#catalogue.qualified(text));
        return { rows: rows.map(lowerCase), count };
      });
      this.#engine.release(connection);
      return value;
    } catch (error) {
      this.#engine.discard(connection);
      throw error;
    }
  }
}

/** The same failure, on a connection that is not to be used again. */
function spent(error: unknown): unknown {
  return error instanceof Failure && error.fault !== 'retry' ? new Failure('lost', error.error) : error;
}

/** Keys as every dialect's questions name them: some servers answer in capitals. */
function lowerCase(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
}
