import { serveStores } from '@gatehouse/conformance';
import { RdbmsStore, type RdbmsStoreOptions } from '../index.ts';

/** What the other process is told of a store. */
export type SentOptions = Pick<RdbmsStoreOptions, 'connection' | 'clockToleranceMs'>;

serveStores<SentOptions>((options, { namespace, clock, log }) => new RdbmsStore({ ...options, namespace, clock, log }));
