import { serveStores } from '@gatehouse/conformance';
import { CassandraStore, type CassandraStoreOptions } from '../index.ts';

/** What the other process is told of a store. */
export type SentOptions = Pick<CassandraStoreOptions, 'connection' | 'clockToleranceMs'>;

serveStores<SentOptions>(
  (options, { namespace, clock, log }) => new CassandraStore({ ...options, namespace, clock, log }),
);
