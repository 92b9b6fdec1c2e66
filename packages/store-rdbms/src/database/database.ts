import type { ManyId, StatementId } from '../catalogue.ts';
import type { Params, Result } from '../statement.ts';
import type { Work } from './work.ts';

export interface PoolState {
  readonly used: number;
  readonly free: number;
  /** Calls that wait for a connection. */
  readonly waiting: number;
  readonly max: number;
}

/** One statement as it was sent, without its values. */
export interface SentStatement {
  readonly id: string;
  readonly text: string;
  /** Rows that came or were changed. */
  readonly rows: number;
  readonly ms: number;
}

/**
 * A database as the store speaks to it. Every method throws {@link StoreError} or {@link Duplicate} and nothing else,
 * within the deadline of a call; the connection of a call that failed for its sake is never used again.
 */
export interface Database {
  /** One statement, committed by itself; repeated where the engine asked for it (deadlock, serialization). */
  run(statement: StatementId | 'change_and_token', params: Params): Promise<Result>;

  /** One statement for several rows, committed by itself; more rows than one statement takes are a transaction. */
  runMany(many: ManyId, params: Params, rows: readonly Params[]): Promise<Result>;

  /** All or nothing, at READ COMMITTED; the whole is begun again where the engine asked for it. */
  transaction<T>(work: () => Work<T>): Promise<T>;

  /** Texts that are no statements of the catalogue: schema scripts and questions of the start. */
  readonly raw: RawDatabase;

  pool(): PoolState;

  /** Waits so many milliseconds for running work, then ends it. */
  close(limitMs: number): Promise<void>;
}

export interface RawDatabase {
  /**
   * One text without parameters, on any connection, within the deadline of a call.
   * @throws what the driver throws; StoreError where no answer came in time, or the database is closed
   */
  query(text: string): Promise<Result>;
  /** Several texts, one after the other on one connection, for as long as they take. @throws as `query` does */
  session<T>(work: (query: (text: string) => Promise<Result>) => Promise<T>): Promise<T>;
}
