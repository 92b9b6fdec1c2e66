import type { Setting } from '../setting.ts';
import { flag, text, type ValueType, whole } from '../value-types.ts';

const UNUSED: readonly (readonly [key: string, type: ValueType, reference: string, unit?: string])[] = [
  ['replicatePuts', flag, 'replicatePuts'],
  ['replicateUpdates', flag, 'replicateUpdates'],
  ['replicateRemovals', flag, 'replicateRemovals'],
  ['replicateUpdatesViaCopy', flag, 'replicateUpdatesViaCopy'],
  ['replicateAsynchronously', flag, 'replicateAsynchronously'],
  ['asynchronousReplicationIntervalMillis', whole(10, 2_147_483_647), 'asynchronousReplicationIntervalMillis', 'ms'],
  ['bootstrapAsynchronously', flag, 'bootstrapAsynchronously'],
  ['maximumChunkSizeBytes', whole(1, 2_147_483_647), 'maximumChunkSizeBytes', 'bytes'],
  ['propertySeparator', text, 'propertySeparator'],
  ['rmiUrls', text, 'rmiUrls'],
  ['hostName', text, 'hostName'],
  ['port', whole(1, 65_535), 'port'],
  ['socketTimeoutMillis', whole(0, 2_147_483_647), 'socketTimeoutMillis', 'ms'],
  ['notifyPeersOnRefresh', flag, 'notify peers of removal during refresh'],
];

/** The distributed cache of the reference system: here one process holds a cache, and a database is what several share. */
export const REPLICATION_SETTINGS: readonly Setting[] = UNUSED.map(([name, type, reference, unit]) => ({
  key: `cache.replication.${name}`,
  type,
  meaning: 'Accepted for mapping; the cache store belongs to one process.',
  reference,
  effect: 'none',
  ...(unit === undefined ? {} : { unit }),
}));
