import { cassandraCluster } from '@gatehouse/testkit';
import { afterAll, describe, expect, it, test } from 'vitest';
import { CassandraStore, type ConsistencySettings, type Level, migrate, type SerialLevel } from '../index.ts';
import { isLegal, LEVELS, type Use } from '../levels/levels.ts';
import { copiesNeeded, overlaps } from '../levels/overlap.ts';
import { importDriver } from '../session/driver.ts';
import { consistencyOf } from '../session/session.ts';
import { onCluster } from './on-cluster.test-support.ts';
import { newToken } from './records.test-support.ts';

const FORBIDDEN: Level = 'TWO';
const three = { strategy: 'NetworkTopologyStrategy', copies: new Map([['dc1', 3]]) };

const cluster = await cassandraCluster({
  nodes: 3,
  // Guardrails are for everybody but superusers, and without passwords everybody is one.
  auth: true,
  // As an operator forbids a level: no store may be opened at it, and the others are not touched.
  yaml: [`read_consistency_levels_disallowed: [${FORBIDDEN}]`, `write_consistency_levels_disallowed: [${FORBIDDEN}]`],
});

if (!cluster.available) test('levels of Cassandra', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  afterAll(() => value.close());
  const superuser = { username: 'cassandra', password: 'cassandra' };
  const keyspace = 'levels';
  await migrate({
    connection: { url: value.url(keyspace), user: superuser.username, password: superuser.password },
    createKeyspace: true,
  });
  const server = { username: 'server', password: 'p' };
  await onCluster(
    value,
    async (client) => {
      await client.execute(`CREATE ROLE server WITH LOGIN = true AND PASSWORD = 'p'`);
      for (const right of ['SELECT', 'MODIFY'])
        await client.execute(`GRANT ${right} ON KEYSPACE ${keyspace} TO server`);
    },
    { credentials: superuser },
  );
  const { types } = await importDriver();

  const open = async (consistency: ConsistencySettings): Promise<CassandraStore> => {
    const connection = {
      url: value.url(keyspace),
      ...{ user: server.username, password: server.password, consistency },
      ...{ timeouts: { statementMs: 7_000, callMs: 20_000 } },
    };
    const store = new CassandraStore({ connection, namespace: 'levels' });
    await store.open();
    return store;
  };
  const refusal = async (consistency: ConsistencySettings): Promise<string> => {
    try {
      await (await open(consistency)).close();
      return 'It was opened.';
    } catch (error) {
      return (error as Error).message;
    }
  };

  describe('the table of legal levels, against the nodes themselves', () => {
    const STATEMENTS: Readonly<Record<'read' | 'write', string>> = {
      read: `SELECT version FROM ${keyspace}.oauth_schema WHERE id = 'oauth'`,
      write: `INSERT INTO ${keyspace}.oauth_schema (id, version, minimum_version) VALUES ('tried', 1, 1) USING TTL 60`,
    };
    for (const use of ['read', 'write'] as const)
      for (const level of LEVELS.filter((one) => one !== FORBIDDEN))
        it(`[AX-189] ${use} at ${level}`, async () => {
          const consistency = consistencyOf(level, types.consistencies);
          const outcome = onCluster(value, (client) => client.execute(STATEMENTS[use], [], { consistency }), {
            credentials: server,
          });
          if (isLegal(use as Use, level)) await outcome;
          else await expect(outcome).rejects.toMatchObject({ code: 0x2200 });
        });
  });

  describe('every pair of levels', () => {
    for (const read of LEVELS)
      for (const write of LEVELS) {
        const legal = isLegal('read', read) && isLegal('write', write);
        const forbidden = read === FORBIDDEN || write === FORBIDDEN;
        const what = !legal ? 'is refused by name' : forbidden ? 'is refused, as the cluster forbids it' : 'starts';
        it(`[AX-188] read ${read}, write ${write} ${what}`, async () => {
          if (!legal) {
            expect(await refusal({ read, write })).toMatch(/consistency\.(read|write) cannot be/);
            return;
          }
          if (forbidden) {
            expect(await refusal({ read, write })).toMatch(/The cluster does not take consistency\.(read|write).*TWO/s);
            return;
          }
          const store = await open({ read, write });
          try {
            const strong = overlaps(read, write, three);
            expect(store.capabilities.visibility.tokens).toBe(strong ? 'cluster' : 'eventual');
            const token = newToken(null);
            expect(await store.write({ attempt: 'levels', add: [token] })).toBe('written');
            // All copies can be reached, so that even a weak pair finds it, by asking a second time.
            expect((await store.find('access_token', token.key))?.key).toBe(token.key);
            expect(store.explain().join(' ')).toContain(write);
          } finally {
            await store.close();
          }
        });
      }
  });

  describe('the levels of what decides', () => {
    for (const serial of ['SERIAL', 'LOCAL_SERIAL'] satisfies SerialLevel[])
      for (const commit of ['QUORUM', 'LOCAL_QUORUM', 'EACH_QUORUM', 'ALL'] satisfies Level[])
        it(`[AX-188] serial ${serial}, commit ${commit} starts`, async () => {
          expect(copiesNeeded(commit, three, 'dc1')).toBeLessThanOrEqual(3);
          const store = await open({ serial, operations: { commit } });
          await store.close();
        });

    it('[AX-188] a level of one operation that the cluster forbids is refused by the name of the operation', async () => {
      const message = await refusal({ read: 'ONE', write: 'ONE', operations: { issue: FORBIDDEN } });
      expect(message).toMatch(/consistency\.operations\.issue\) TWO/);
    });
  });
}
