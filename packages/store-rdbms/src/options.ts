import type { Clock, Log } from '@gatehouse/core';
import type { Connection } from './connection/settings.ts';
import type { PoolState, SentStatement } from './database/database.ts';

export interface RdbmsStoreOptions {
  /** `postgresql://user:password@host/database?schema=oauth`, or the object that says the same. */
  readonly connection: Connection;
  /** An issuer: stores of two namespaces never see each other's records. */
  readonly namespace: string;
  /**
   * Milliseconds that this process's clock may differ from the database's; `open()` refuses more, and above a fifth of
   * it warns. Default 5000. The grace that refresh promises to clients is shorter by twice as much. SQLite: no clock.
   */
  readonly clockToleranceMs?: number;
  /**
   * What `sweep` looks at. Default `database`: every namespace that is in it. `namespace`: this one alone, beside
   * whoever else sweeps: for a scratch namespace whose clock or tolerance is not what the others live by.
   */
  readonly sweeps?: 'database' | 'namespace';
  /** Told of every statement that was answered, for metrics and slow logs; never of its values. */
  readonly observe?: (statement: SentStatement) => void;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** Numbers for metrics, as they are now. */
export interface RdbmsStoreStats {
  readonly pool: PoolState;
  /** Calls whose additions wait for the batch before them. */
  readonly additions: { readonly waiting: number };
  /** Of the last sweep of this process. */
  readonly sweep: { readonly backlog: Readonly<Record<string, number>>; readonly lagMs: number };
}

export const DEFAULT_CLOCK_TOLERANCE_MS = 5_000;
