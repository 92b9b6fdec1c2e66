import { setTimeout as sleep } from 'node:timers/promises';
import { Deadline, Late, StoreError } from '@gatehouse/core';
import type { ManyId, StatementId } from '../catalogue.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { inLowerCase } from '../in-lower-case.ts';
import { bind, type Compiled, type Params, type Result } from '../statement.ts';
import type { CompiledCatalogue } from './compiled-catalogue.ts';
import type { Database, PoolState, RawDatabase, SentStatement } from './database.ts';
import type { Bound, Engine } from './engine.ts';
import { Failure } from './failure.ts';
import { errorOf, type Fault, lateError, type Stage } from './fault.ts';
import { Rollback, runMany, type Step, type Work } from './work.ts';

const ROUNDS = 3;
/** Milliseconds a transaction waits at most before it is begun again. */
const JITTER_MS = 30;

export interface PooledDatabaseOptions {
  readonly engine: Engine;
  readonly dialect: Dialect;
  readonly catalogue: CompiledCatalogue;
  readonly callMs: number;
  readonly observe: ((statement: SentStatement) => void) | undefined;
}

/** A driver with a pool of connections, kept to deadlines, its errors judged where they happen. */
export class PooledDatabase implements Database {
  readonly raw: RawDatabase;
  readonly #engine: Engine;
  readonly #dialect: Dialect;
  readonly #catalogue: CompiledCatalogue;
  readonly #callMs: number;
  readonly #observe: PooledDatabaseOptions['observe'];
  readonly #used = new Set<unknown>();
  #closed = false;
  #ended: Promise<void> | undefined;

  constructor({ engine, dialect, catalogue, callMs, observe }: PooledDatabaseOptions) {
    this.#engine = engine;
    this.#dialect = dialect;
    this.#catalogue = catalogue;
    this.#callMs = callMs;
    this.#observe = observe;
    this.raw = {
      query: (text) => this.#session(new Deadline(callMs), (query) => query(text)),
      session: (work) => this.#session(null, work),
    };
  }

  run(statement: StatementId | 'change_and_token', params: Params): Promise<Result> {
    const compiled = this.#catalogue.statement(statement);
    const values = bind(compiled, params);
    const beside = this.#engine.read !== undefined && compiled.lookUp === true;
    return this.#inRounds((deadline) =>
      beside ? this.#lookUp(deadline, compiled, values) : this.#alone(deadline, compiled, values),
    );
  }

  runMany(many: ManyId, params: Params, rows: readonly Params[]): Promise<Result> {
    const [part, ...others] = this.#catalogue.parts(many, params, rows);
    if (!part || others.length > 0 || this.#engine.rowsOneByOne)
      return this.transaction(() => runMany(many, params, rows));
    return this.#inRounds((deadline) => this.#alone(deadline, part.compiled, part.values));
  }

  transaction<T>(work: () => Work<T>): Promise<T> {
    return this.#inRounds((deadline) =>
      this.#onConnection(deadline, async (connection) => {
        await this.#await(deadline, 'idle', this.#engine.begin(connection));
        let value: T;
        try {
          value = await this.#steps(deadline, connection, work());
        } catch (error) {
          const failed = await this.#undo(deadline, connection, error);
          if (error instanceof Rollback) {
            if (failed === null) return error.value as T;
            throw new Failure('lost', errorOf('lost', 'idle', failed));
          }
          if (failed === null || !(error instanceof Failure)) throw error;
          // What ended the transaction is what is said; how its rollback went is not.
          throw new Failure(error.fault, error.error, { broken: true });
        }
        await this.#commit(deadline, connection);
        return value;
      }),
    );
  }

  pool(): PoolState {
    return this.#engine.pool();
  }

  async close(limitMs: number): Promise<void> {
    this.#closed = true;
    this.#ended ??= this.#engine.destroy();
    const ended = this.#ended;
    await Promise.race([ended, sleep(limitMs, undefined, { ref: false })]);
    for (const connection of this.#used) this.#engine.discard(connection);
    await ended;
  }

  async #lookUp(deadline: Deadline, compiled: Compiled, values: Bound): Promise<Result> {
    if (this.#closed) throw closed();
    const engine = this.#engine;
    const answer = engine.read?.(compiled, values) ?? Promise.reject(closed());
    return this.#observed(
      compiled,
      this.#await(deadline, 'read', answer, () => engine.cutReads?.()),
    );
  }

  #alone(deadline: Deadline, compiled: Compiled, values: Bound): Promise<Result> {
    return this.#onConnection(deadline, (connection) =>
      this.#execute(deadline, compiled.reads ? 'read' : 'sent', connection, compiled, values),
    );
  }

  async #steps<T>(deadline: Deadline, connection: unknown, work: Work<T>): Promise<T> {
    let next = work.next();
    while (!next.done) next = work.next(await this.#step(deadline, connection, next.value));
    return next.value;
  }

  async #step(deadline: Deadline, connection: unknown, step: Step): Promise<Result> {
    if ('statement' in step) {
      const compiled = this.#catalogue.statement(step.statement);
      return this.#execute(deadline, 'idle', connection, compiled, bind(compiled, step.params));
    }
    let count = 0;
    for (const { compiled, values } of this.#catalogue.parts(step.many, step.params, step.rows))
      count += (await this.#execute(deadline, 'idle', connection, compiled, values)).count;
    return { rows: [], count };
  }

  #execute(deadline: Deadline, stage: Stage, connection: unknown, compiled: Compiled, values: Bound): Promise<Result> {
    const answer = this.#engine.execute(connection, compiled, values);
    return this.#observed(compiled, this.#await(deadline, stage, answer));
  }

  async #observed({ id, text }: Compiled, answer: Promise<Result>): Promise<Result> {
    const began = performance.now();
    const result = await answer;
    this.#observe?.({ id, text, rows: result.count, ms: performance.now() - began });
    return result;
  }

  /** Null where the connection is as before the transaction, else why it is not. */
  async #undo(deadline: Deadline, connection: unknown, error: unknown): Promise<unknown> {
    if (error instanceof Failure && error.broken) return error;
    try {
      await this.#await(deadline, 'idle', this.#engine.rollback(connection));
      return null;
    } catch (failed) {
      return failed instanceof Failure ? failed.error : failed;
    }
  }

  async #commit(deadline: Deadline, connection: unknown): Promise<void> {
    try {
      await this.#await(deadline, 'sent', this.#engine.commit(connection));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // Whether the transaction is still open on the connection, nobody asks: it goes.
      if (error.fault === 'retry') throw new Failure('retry', error.error, { broken: true });
      // Some servers end even a commit at a limit of theirs: whether it stands is not known then.
      throw error.fault === 'lost' ? error : new Failure('lost', errorOf('lost', 'sent', error.error.cause));
    }
  }

  /** Begins again what the engine gave up, a few times and never past the deadline. */
  async #inRounds<T>(call: (deadline: Deadline) => Promise<T>): Promise<T> {
    const deadline = new Deadline(this.#callMs);
    for (let round = 1; ; round++) {
      try {
        return await call(deadline);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        const again = error.fault === 'retry' || error.harmless;
        if (!again || round === ROUNDS || deadline.left < JITTER_MS) throw error.error;
        await sleep(Math.random() * JITTER_MS);
      }
    }
  }

  async #onConnection<T>(deadline: Deadline, call: (connection: unknown) => Promise<T>): Promise<T> {
    const connection = await this.#acquire(deadline);
    this.#used.add(connection);
    let good = false;
    try {
      const value = await call(connection);
      good = true;
      return value;
    } catch (error) {
      good = error instanceof Failure && !error.broken;
      throw error;
    } finally {
      this.#used.delete(connection);
      if (good) this.#engine.release(connection);
      else this.#engine.discard(connection);
    }
  }

  async #acquire(deadline: Deadline): Promise<unknown> {
    if (this.#closed) throw closed();
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

  async #await<T>(deadline: Deadline, stage: Stage, answer: Promise<T>, late?: () => void): Promise<T> {
    try {
      return await deadline.race(answer);
    } catch (error) {
      if (error instanceof Late) {
        late?.();
        throw new Failure('lost', lateError(stage));
      }
      const fault = this.#dialect.faultOf(error);
      throw new Failure(fault, errorOf(fault, stage, error), { harmless: fault === 'lost' && stage === 'read' });
    }
  }

  /** Without a deadline for scripts alone: an index of a large table takes its time. */
  async #session<T>(
    deadline: Deadline | null,
    work: (query: (text: string) => Promise<Result>) => Promise<T>,
  ): Promise<T> {
    if (this.#closed) throw closed();
    const acquired = this.#engine.acquire();
    const connection = await inTime(deadline, acquired).catch((error: unknown) => {
      if (error instanceof StoreError) acquired.then((late) => this.#engine.release(late)).catch(() => undefined);
      throw error;
    });
    this.#used.add(connection);
    let good = false;
    try {
      const value = await work(async (text) => {
        const answer = this.#engine.query(connection, this.#catalogue.qualified(text));
        const { rows, count } = await inTime(deadline, answer);
        return { rows: rows.map(inLowerCase), count };
      });
      good = true;
      return value;
    } finally {
      this.#used.delete(connection);
      if (good) this.#engine.release(connection);
      else this.#engine.discard(connection);
    }
  }
}

function closed(): StoreError {
  return new StoreError('unavailable', 'The store is closed.');
}

/** The driver's own error stays what it is. @throws StoreError `timeout` */
async function inTime<T>(deadline: Deadline | null, answer: Promise<T>): Promise<T> {
  if (deadline === null) return answer;
  return deadline.race(answer).catch((error: unknown) => {
    throw error instanceof Late ? lateError('read') : error;
  });
}
