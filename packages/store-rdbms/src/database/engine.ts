import type { Compiled, Result, Value } from '../statement.ts';
import type { PoolState } from './database.ts';

/** What a value may be on its way to the driver: PostgreSQL takes whole columns. */
export type Bound = readonly (Value | readonly Value[])[];

/**
 * A driver and its pool, as thin as it can be: no method catches, repeats or judges. `C` is the driver's connection.
 * Each promise ends when the driver's does; deadlines are kept by who calls.
 */
export interface Engine<C = unknown> {
  acquire(): Promise<C>;
  release(connection: C): void;
  /** Never to be used again; what runs on it is ended. */
  discard(connection: C): void;

  execute(connection: C, statement: Compiled, values: Bound): Promise<Result>;
  /** Outside a transaction each statement is committed by itself. */
  begin(connection: C): Promise<void>;
  commit(connection: C): Promise<void>;
  rollback(connection: C): Promise<void>;
  /** A text as it is, without parameters: schema scripts and questions of the start. */
  query(connection: C, text: string): Promise<Result>;

  /** Look-ups beside the pool, where the driver can send one before the last was answered. */
  read?(statement: Compiled, values: Bound): Promise<Result>;
  /** Ends what they wait for; the next one connects anew. */
  cutReads?(): void;

  /** Several rows are several changes to this driver: those before one that is refused stay, unless a transaction is around. */
  readonly rowsOneByOne?: boolean;

  pool(): PoolState;
  /** Ends idle connections at once, used ones when they come back. */
  destroy(): Promise<void>;
}
