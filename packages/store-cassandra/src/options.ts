import type { Clock, Log } from '@gatehouse/core';
import type { Connection } from './connection/settings.ts';
import type { Driver } from './session/driver.ts';
import type { SentStatement } from './session/session.ts';

export interface CassandraStoreOptions {
  /** `cassandra://user:password@host1,host2/keyspace?localDataCenter=dc1`, or the object that says the same. */
  readonly connection: Connection;
  /** An issuer: stores of two namespaces never see each other's records. */
  readonly namespace: string;
  /**
   * Milliseconds that this process's clock may differ from the cluster's; `open()` refuses more, and above a fifth of
   * it warns. Default 5000. The grace that refresh promises to clients is shorter by twice as much.
   */
  readonly clockToleranceMs?: number;
  /** Told of every statement that was answered, or not, for metrics and slow logs; never of its values. */
  readonly observe?: (statement: SentStatement) => void;
  /** In place of the package `cassandra-driver`: one that measures, or that fails when a test wants it to. */
  readonly driver?: Driver;
  readonly clock?: Clock;
  readonly log?: Log;
}

export const DEFAULT_CLOCK_TOLERANCE_MS = 5_000;
