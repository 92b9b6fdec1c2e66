import type { Opening, StoreTarget } from '@gatehouse/conformance';
import type { Store } from '@gatehouse/core';
import { CassandraStore } from '../index.ts';
import { freshKeyspace, type Nodes, TOLERANCE } from './conformance-target.test-support.ts';
import { onCluster } from './on-cluster.test-support.ts';

type Misconfigured = NonNullable<StoreTarget['misconfigured']>;

/** A cluster of one node, as it must not be opened: each with what the refusal names. */
export function misconfigured(cluster: Nodes): Misconfigured {
  const at =
    (prepare: () => Promise<string>) =>
    async ({ namespace, clock, log }: Opening): Promise<Store> =>
      new CassandraStore({ connection: await prepare(), namespace, clock, log, clockToleranceMs: TOLERANCE });
  const altered =
    (change: (keyspace: string) => string, more = '') =>
    async (): Promise<string> => {
      const keyspace = await freshKeyspace(cluster);
      await onCluster(cluster, (client) => client.execute(change(keyspace)));
      return cluster.url(keyspace) + more;
    };
  const [host = ''] = cluster.contactPoints;
  return [
    {
      what: 'a keyspace that is not there',
      open: at(async () => cluster.url('nowhere')),
      names: /nowhere is not there.*gatehouse migrate/s,
    },
    {
      what: 'a keyspace without a schema',
      open: at(async () => {
        await onCluster(cluster, (client) =>
          client.execute(
            `CREATE KEYSPACE IF NOT EXISTS bare WITH replication = {'class': 'NetworkTopologyStrategy', '${cluster.localDataCenter}': 1}`,
          ),
        );
        return cluster.url('bare');
      }),
      names: /no schema.*gatehouse migrate/s,
    },
    {
      what: 'a schema that runs newer servers only',
      open: at(
        altered((name) => `UPDATE ${name}.oauth_schema SET version = 9, minimum_version = 9 WHERE id = 'oauth'`),
      ),
      names: /version 9.*upgrade the server/s,
    },
    {
      what: 'a missing column',
      open: at(altered((name) => `ALTER TABLE ${name}.oauth_grant DROP revoked_by`)),
      names: /oauth_grant has no column revoked_by/,
    },
    {
      what: 'a missing table',
      open: at(altered((name) => `DROP TABLE ${name}.oauth_replay`)),
      names: /no table oauth_replay.*oauth-server\.cql by hand/,
    },
    {
      what: 'a level that one copy cannot reach',
      open: at(altered((name) => `USE ${name}`, '&consistency.read=THREE')),
      names: /consistency\.read is THREE.*keeps 1/s,
    },
    {
      what: 'servers that decide across data centres',
      open: at(altered((name) => `UPDATE ${name}.oauth_schema SET version = 80404 WHERE id = 'levels' IF EXISTS`)),
      names: /decides within one data centre.*its keyspace across data centres.*gatehouse migrate/s,
    },
    {
      what: 'writes that are not durable',
      open: at(altered((name) => `ALTER KEYSPACE ${name} WITH durable_writes = false`)),
      names: /durable_writes/,
    },
    {
      what: 'another data centre',
      open: at(async () => `cassandra://${host}/${await freshKeyspace(cluster)}?localDataCenter=elsewhere`),
      names: /no data centre elsewhere/,
    },
  ];
}
