import { cassandraCluster } from '@gatehouse/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { CassandraStore, type ConsistencySettings, migrate } from '../index.ts';
import { known } from './known.test-support.ts';
import { LONG } from './long-runs.test-support.ts';
import { onCluster } from './on-cluster.test-support.ts';
import { newGrant, newKey, newToken } from './records.test-support.ts';

const ROUNDS = 10;
const RACERS = 20;

const REASON = 'A second data centre takes nodes of its own; TEST_CASSANDRA_LONG=1 starts them.';
/** Two nodes here and one there. */
const cluster = LONG
  ? await cassandraCluster({ nodes: 3, dataCenters: 2 })
  : { available: false as const, reason: REASON };

if (!cluster.available) test('two data centres of Cassandra', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  afterAll(() => value.close());
  const [first, second, third] = value.contactPoints as readonly [string, string, string];
  const HERE = { contactPoints: [first, third], localDataCenter: 'dc1' };
  const THERE = { contactPoints: [second], localDataCenter: 'dc2' };
  const keyspaceOf = (name: string, replication: string): Promise<unknown> =>
    onCluster(value, (client) => client.execute(`CREATE KEYSPACE ${name} WITH replication = {${replication}}`));
  const storeAt = (place: typeof HERE, keyspace: string, consistency: ConsistencySettings = {}): CassandraStore =>
    new CassandraStore({
      connection: {
        ...place,
        keyspace,
        port: value.port,
        consistency: { read: 'LOCAL_QUORUM', write: 'LOCAL_QUORUM', ...consistency },
        timeouts: { callMs: 60_000, statementMs: 30_000, confirmMs: 30_000 },
      },
      namespace: 'centres',
    });
  await keyspaceOf('both', "'class': 'NetworkTopologyStrategy', 'dc1': 2, 'dc2': 1");
  await migrate({ connection: value.url('both') });

  describe('servers in two data centres', () => {
    test('[AX-193] [SEC-2] a code has one winner, a token of the other is found, and what was revoked there is dead here', async () => {
      const [here, there] = [storeAt(HERE, 'both'), storeAt(THERE, 'both')];
      for (const store of [here, there]) await store.open();
      try {
        expect(here.promises?.levels).toMatchObject({
          serial: 'SERIAL',
          commit: 'QUORUM',
          register: 'QUORUM',
          confirm: 'EACH_QUORUM',
        });
        for (let round = 0; round < ROUNDS; round++) {
          const [one, other] = round % 2 === 0 ? [here, there] : [there, here];
          const grant = newGrant({ subject: newKey() });
          await known(() => one.write({ attempt: `add-${round}`, add: [grant] }));
          const attempts = Array.from({ length: RACERS }, (_, index) => `race-${round}-${index}`);
          const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1}' } as const;
          const answers = await Promise.all(
            attempts.map((attempt, index) => known(() => (index % 2 === 0 ? one : other).write({ attempt, change }))),
          );
          const winners = attempts.filter((_, index) => answers[index] === 'written');
          expect(winners, `round ${round}`).toHaveLength(1);
          expect((await other.find('grant', grant.key))?.attempt).toBe(winners[0]);

          const token = newToken(grant.key);
          await known(() => one.write({ attempt: `token-${round}`, add: [token] }));
          expect((await other.find('access_token', token.key))?.revoked).toBeNull();
          const { items } = await other.list('grant', { subject: grant.subject ?? '' }, { limit: 10 });
          expect(items.map(({ key }) => key)).toEqual([grant.key]);
          expect(await other.revoke({ grants: [grant.key] }, Date.now(), 'test')).toBe(1);
          expect((await one.find('access_token', token.key))?.revoked).toBe('grant');
        }
      } finally {
        for (const store of [here, there]) await store.close();
      }
    });

    test('[AX-193] what would decide for one of them alone is refused', async () => {
      await expect(storeAt(HERE, 'both', { serial: 'LOCAL_SERIAL' }).open()).rejects.toMatchObject({
        message: expect.stringMatching(/LOCAL_SERIAL.*dc1: 2, dc2: 1.*Use SERIAL/),
      });
      await keyspaceOf('simple', "'class': 'SimpleStrategy', 'replication_factor': 3");
      // With the schema: what is refused is that it be said at what levels its servers decide.
      const refused = { kind: 'config', message: expect.stringMatching(/SimpleStrategy.*dc1.*dc2/) };
      await expect(migrate({ connection: value.url('simple') })).rejects.toMatchObject(refused);
      await expect(storeAt(HERE, 'simple').open()).rejects.toMatchObject(refused);
    });

    test('[AX-193] a server with other levels than those that run is refused, though each alone would hold', async () => {
      const holding: readonly ConsistencySettings[] = [
        { operations: { commit: 'LOCAL_QUORUM', register: 'EACH_QUORUM' } },
        { operations: { register: 'ALL' } },
      ];
      for (const settings of holding)
        await expect(storeAt(HERE, 'both', settings).open()).rejects.toMatchObject({
          kind: 'config',
          message: expect.stringMatching(/This server decides across.*its keyspace across.*QUORUM, read at QUORUM\)/),
        });
    });

    test('[AX-193] [SEC-2] no server of two data centres starts beside one of before, and none of before goes on beside it', async () => {
      await keyspaceOf('grown', "'class': 'NetworkTopologyStrategy', 'dc1': 2");
      await migrate({ connection: value.url('grown') });
      const [old, young] = [storeAt(HERE, 'grown'), storeAt(HERE, 'grown')];
      await old.open();
      try {
        expect(old.promises?.levels.serial).toBe('LOCAL_SERIAL');
        await onCluster(value, (client) =>
          client.execute(
            "ALTER KEYSPACE grown WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 2, 'dc2': 1}",
          ),
        );
        const others = /This server decides across data centres \(SERIAL.*its keyspace within one data centre/;
        await expect(storeAt(HERE, 'grown').open()).rejects.toMatchObject({
          kind: 'config',
          message: expect.stringMatching(others),
        });
        // Until it is said otherwise those of before go on: the new copies are still being filled.
        await old.ping();
        const grant = newGrant({ subject: newKey() });
        expect(await known(() => old.write({ attempt: 'old', add: [grant] }))).toBe('written');

        const { replaced } = await migrate({ connection: value.url('grown') });
        expect(replaced).toMatch(/decided within one data centre.*across data centres \(SERIAL.*from now on/);
        await expect(old.ping()).rejects.toMatchObject({ kind: 'unavailable' });
        await young.open();
        const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1}' } as const;
        await expect(old.write({ attempt: 'late', change })).rejects.toMatchObject({ kind: 'unavailable' });
        expect(await known(() => young.write({ attempt: 'young', change }))).toBe('written');
      } finally {
        for (const store of [old, young]) await store.close();
      }
    });

    test('[AX-193] with the smaller one down the other goes on, and its own tokens are found there', async () => {
      const here = storeAt(HERE, 'both');
      await here.open();
      try {
        const grant = newGrant();
        await value.end(2, 'SIGTERM');
        await known(() => here.write({ attempt: 'alone', add: [grant] }));
        const token = newToken(grant.key);
        await known(() => here.write({ attempt: 'token', add: [token] }));
        expect((await here.find('access_token', token.key))?.revoked).toBeNull();
        expect(await here.revoke({ grants: [grant.key] }, Date.now(), 'test')).toBe(1);
        expect((await here.find('access_token', token.key))?.revoked).toBe('grant');
      } finally {
        await here.close();
      }
    });
  });
}
