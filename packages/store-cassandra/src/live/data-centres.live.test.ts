import { randomBytes } from 'node:crypto';
import type { Key, NewRegister, NewToken } from '@gatehouse/core';
import { cassandraCluster } from '@gatehouse/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { CassandraStore, type ConsistencySettings, migrate } from '../index.ts';
import { known } from './known.test-support.ts';
import { LONG } from './long-runs.test-support.ts';
import { onCluster } from './on-cluster.test-support.ts';

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
        ...{
          ...place,
          keyspace,
          port: value.port,
          consistency: { read: 'LOCAL_QUORUM', write: 'LOCAL_QUORUM', ...consistency },
        },
        ...{ timeouts: { callMs: 60_000, statementMs: 30_000, confirmMs: 30_000 } },
      },
      namespace: 'centres',
    });
  await keyspaceOf('both', "'class': 'NetworkTopologyStrategy', 'dc1': 2, 'dc2': 1");
  await migrate({ connection: value.url('both') });

  describe('servers in two data centres', { timeout: 600_000 }, () => {
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
          const grant = newGrant();
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
      await migrate({ connection: value.url('simple') });
      await expect(storeAt(HERE, 'simple').open()).rejects.toMatchObject({
        message: expect.stringMatching(/SimpleStrategy.*dc1.*dc2/),
      });
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

function newKey(): Key {
  return randomBytes(32).toString('base64url') as Key;
}

function newGrant(): NewRegister {
  const now = Date.now();
  return {
    ...{ kind: 'grant', key: newKey(), clientId: 'client', subject: newKey(), sessionId: null },
    ...{ createdAt: now, expiresAt: now + 600_000, purgeAt: now + 660_000, data: '{}', state: '{}' },
  };
}

function newToken(grantId: Key): NewToken {
  const now = Date.now();
  return {
    ...{ kind: 'access_token', key: newKey(), grantId, clientId: 'client', subject: 'owner' },
    ...{ scope: ['read'], audience: [], data: '{}' },
    ...{ issuedAt: now, expiresAt: now + 600_000, purgeAt: now + 660_000 },
  };
}
