import { type Log, StoreError } from '@gatehouse/core';
import type { Client } from 'cassandra-driver';
import type { ConnectionSettings } from '../connection/settings.ts';
import { copiesInAll, type Replication, replicationOf } from '../levels/replication.ts';

/** How many copies the keyspace keeps, and where. @throws StoreError `config` where it is missing or keeps none here */
export async function readReplication(
  client: Client,
  { keyspace, localDataCenter }: ConnectionSettings,
  log: Log,
): Promise<Replication> {
  const text = 'SELECT replication, durable_writes FROM system_schema.keyspaces WHERE keyspace_name = ?';
  const [row] = (await client.execute(text, [keyspace], { prepare: true })).rows;
  if (!row)
    throw new StoreError(
      'config',
      `The keyspace ${keyspace} is not there: \`gatehouse migrate\` prints how to create it, and makes its tables.`,
    );
  const replication = replicationOf(plain(row['replication']));
  if (replication === null)
    throw new StoreError(
      'config',
      `The keyspace ${keyspace} has a replication that keeps no known number of copies: use NetworkTopologyStrategy.`,
    );
  const { strategy, copies } = replication;
  if (strategy === 'NetworkTopologyStrategy' && !copies.has(localDataCenter))
    throw new StoreError(
      'config',
      `The keyspace ${keyspace} keeps no copy in the data centre ${localDataCenter}: ALTER KEYSPACE, or set localDataCenter to one of ${[...copies.keys()].join(', ')}.`,
    );
  if (row['durable_writes'] === false)
    throw new StoreError(
      'config',
      `The keyspace ${keyspace} has durable_writes off, so a crash could undo what was answered: ALTER KEYSPACE ${keyspace} WITH durable_writes = true.`,
    );
  if (copiesInAll(replication) < 3)
    log.warn(
      { store: 'cassandra', copies: copiesInAll(replication) },
      'The keyspace keeps fewer than three copies of a row: while one node is down, nothing can be decided. Use three.',
    );
  return replication;
}

/** The driver gives a map of CQL as an object or as a Map, by its settings. */
function plain(value: unknown): Readonly<Record<string, string>> {
  return value instanceof Map ? Object.fromEntries(value) : Object(value);
}
