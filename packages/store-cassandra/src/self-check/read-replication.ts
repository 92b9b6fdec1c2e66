import { type Log, StoreError } from '@gatehouse/core';
import type { Client } from 'cassandra-driver';
import type { ConnectionSettings } from '../connection/settings.ts';
import { copiesInAll, hasTransientCopies, type Replication, replicationOf } from '../levels/replication.ts';

/** What is asked of the driver: system tables, and the nodes that it has learnt of. */
type Asked = Pick<Client, 'execute'> & { readonly hosts: Pick<Client['hosts'], 'values'> };

/** How many copies the keyspace keeps, and where. @throws StoreError `config` where it is missing or keeps none here */
export async function readReplication(
  client: Asked,
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
  const options = plain(row['replication']);
  if (hasTransientCopies(options))
    throw new StoreError(
      'config',
      `The keyspace ${keyspace} has transient copies, which answer for a level and may not have what it promises: ALTER KEYSPACE ${keyspace}, with whole numbers.`,
    );
  const replication = replicationOf(options);
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
  const centres = Map.groupBy(client.hosts.values(), ({ datacenter }) => datacenter);
  if (strategy === 'SimpleStrategy' && centres.size > 1)
    throw new StoreError(
      'config',
      `The keyspace ${keyspace} has SimpleStrategy, which knows no data centres, and the cluster has ${[...centres.keys()].join(', ')}: a code could be redeemed once in each. ALTER KEYSPACE, with NetworkTopologyStrategy.`,
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
  for (const [centre, count] of copies) {
    const nodes = centres.get(centre)?.length ?? 0;
    if (strategy === 'NetworkTopologyStrategy' && nodes < count)
      log.warn(
        { store: 'cassandra', dataCenter: centre, copies: count, nodes },
        'The keyspace keeps more copies in a data centre than that has nodes: a majority of them may never answer. ALTER KEYSPACE, or add nodes.',
      );
  }
  return replication;
}

/** The driver gives a map of CQL as an object or as a Map, by its settings. */
function plain(value: unknown): Readonly<Record<string, string>> {
  return value instanceof Map ? Object.fromEntries(value) : Object(value);
}
