import { cassandraCluster } from '@gatehouse/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { CassandraStore, type ConsistencySettings, migrate } from '../index.ts';
import { onCluster } from './on-cluster.test-support.ts';
import { newGrant, newKey } from './records.test-support.ts';

const WITHIN_ONE = 90_606;
const ACROSS = 80_404;
const REFUSED =
  /decides within one data centre \(LOCAL_SERIAL\).*keyspace across data centres \(SERIAL, committed at QUORUM/;

const cluster = await cassandraCluster();

if (!cluster.available) test('servers of Cassandra that decide alike', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  afterAll(() => value.close());
  const onKeyspace = (text: string) => onCluster(value, (client) => client.execute(text));
  /** As servers that decide across data centres have it; one node can have but one. */
  const recordOthers = (keyspace: string) =>
    onKeyspace(`UPDATE ${keyspace}.oauth_schema SET version = ${ACROSS} WHERE id = 'levels' IF EXISTS`);
  const recorded = async (keyspace: string): Promise<unknown> => {
    const { rows } = await onKeyspace(`SELECT version FROM ${keyspace}.oauth_schema WHERE id = 'levels'`);
    return rows[0]?.['version'];
  };
  const migrated = async (keyspace: string): Promise<string> => {
    await migrate({ connection: value.url(keyspace), createKeyspace: true });
    return keyspace;
  };
  const storeOf = (keyspace: string, consistency: ConsistencySettings = {}): CassandraStore =>
    new CassandraStore({
      connection: {
        ...{ contactPoints: value.contactPoints, port: value.port, localDataCenter: value.localDataCenter },
        ...{ keyspace, consistency, timeouts: { callMs: 20_000, statementMs: 10_000 } },
      },
      namespace: 'agreement',
    });
  const opened = async <T>(stores: readonly CassandraStore[], work: () => Promise<T>): Promise<T> => {
    try {
      await Promise.all(stores.map((store) => store.open()));
      return await work();
    } finally {
      for (const store of stores) await store.close();
    }
  };

  describe('at what levels the servers of a keyspace decide', () => {
    test('[AX-193] is recorded by migrate; a server of others is refused by name, and one that runs answers nothing any more', async () => {
      const keyspace = await migrated('recorded');
      expect(await recorded(keyspace)).toBe(WITHIN_ONE);
      const running = storeOf(keyspace);
      await opened([running], async () => {
        await running.ping();
        await recordOthers(keyspace);
        const refused = { kind: 'config', message: expect.stringMatching(REFUSED) };
        await expect(storeOf(keyspace).open()).rejects.toMatchObject(refused);
        await expect(storeOf(keyspace).open()).rejects.toThrow(/Stop every server.*gatehouse migrate/);

        await expect(running.ping()).rejects.toMatchObject({
          kind: 'unavailable',
          message: expect.stringMatching(REFUSED),
        });
        const adding = { attempt: 'late', add: [newGrant({ subject: newKey() })] };
        await expect(running.write(adding)).rejects.toMatchObject({ kind: 'unavailable' });

        const { replaced } = await migrate({ connection: value.url(keyspace) });
        expect(replaced).toMatch(/decided across data centres.*decide within one data centre/);
        expect(await recorded(keyspace)).toBe(WITHIN_ONE);
        await running.ping();
        expect(await running.write(adding)).toBe('written');
        await opened([storeOf(keyspace)], async () => undefined);
        expect((await migrate({ connection: value.url(keyspace) })).replaced).toBeNull();
      });
    });

    test('[AX-193] is looked at by each sweep too, where nobody asks whether a server is ready', async () => {
      const keyspace = await migrated('swept');
      const running = storeOf(keyspace);
      await opened([running], async () => {
        const sweeping = { at: Date.now(), batch: 1, budgetMs: 1_000, signal: new AbortController().signal };
        expect(await running.sweep(sweeping)).toMatchObject({ complete: true });
        await recordOthers(keyspace);
        await expect(running.sweep(sweeping)).rejects.toThrow(REFUSED);
        await expect(running.find('grant', newGrant().key)).rejects.toThrow(REFUSED);
      });
    });

    test('[AX-192] is recorded by the first server where the script was run by hand, by however many at once', async () => {
      const keyspace = await migrated('by_hand');
      await onKeyspace(`DELETE FROM ${keyspace}.oauth_schema WHERE id = 'levels' IF EXISTS`);
      expect(await recorded(keyspace)).toBeUndefined();
      const stores = Array.from({ length: 5 }, () => storeOf(keyspace));
      await opened(stores, async () => {
        expect(await recorded(keyspace)).toBe(WITHIN_ONE);
        for (const store of stores) await store.ping();
      });
    });

    test('[AX-192] is the same within one data centre, whatever its names and the strategy of the keyspace', async () => {
      const simple = "{'class': 'SimpleStrategy', 'replication_factor': 1}";
      await onKeyspace(`CREATE KEYSPACE plainly WITH replication = ${simple}`);
      const keyspace = await migrated('plainly');
      const across = { serial: 'SERIAL', operations: { commit: 'QUORUM', register: 'ALL' } } as const;
      const before = storeOf(keyspace);
      await opened([before, storeOf(keyspace, across)], async () => {
        const topology = `{'class': 'NetworkTopologyStrategy', '${value.localDataCenter}': 1}`;
        await onKeyspace(`ALTER KEYSPACE ${keyspace} WITH replication = ${topology}`);
        await opened([storeOf(keyspace), storeOf(keyspace, across)], () => before.ping());
        expect((await migrate({ connection: value.url(keyspace) })).replaced).toBeNull();
      });
    });
  });
}
