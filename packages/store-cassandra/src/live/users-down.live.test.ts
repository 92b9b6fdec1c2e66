import { setTimeout as sleep } from 'node:timers/promises';
import { cassandraCluster } from '@gatehouse/testkit';
import { auth } from 'cassandra-driver';
import { afterAll, expect, test } from 'vitest';
import { CassandraStore, migrate } from '../index.ts';
import { LONG } from './long-runs.test-support.ts';
import { onCluster } from './on-cluster.test-support.ts';
import { newToken } from './records.test-support.ts';

const REASON =
  'The one node that knows the users takes three nodes with passwords; TEST_CASSANDRA_LONG=1 starts them and ends it.';
const USER = 'cassandra';
const WHY = /give the keyspace system_auth as many copies/;
/** Milliseconds, within which a node asks anew what it has known of a user. */
const KNOWN_MS = 60_000;

const cluster = LONG
  ? await cassandraCluster({ nodes: 3, auth: true })
  : ({ available: false, reason: REASON } as const);

if (!cluster.available) test('the node of Cassandra that keeps the users', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  afterAll(() => value.close());

  test('[AX-191] while it is down, and has the only copy, nobody is answered, in words that say why; then all is well', async () => {
    const connection = {
      url: value.url('gatehouse'),
      user: USER,
      password: USER,
      timeouts: { callMs: 20_000, statementMs: 8_000, startMs: 5_000 },
    };
    await migrate({ connection, createKeyspace: true });
    const store = new CassandraStore({ connection, namespace: 'users' });
    await store.open();
    try {
      const token = newToken(null);
      await store.write({ attempt: 'before', add: [token] });
      const [keeper] = await onCluster(
        value,
        async (client) => {
          await client.connect();
          return client.getReplicas('system_auth', Buffer.from(USER)).map(({ address }) => address);
        },
        { authProvider: new auth.PlainTextAuthProvider(USER, USER) },
      );
      const node = 1 + value.contactPoints.findIndex((address) => keeper?.startsWith(`${address}:`));
      await value.end(node, 'SIGTERM');
      const end = performance.now() + KNOWN_MS;
      let said = '';
      while (!WHY.test(said) && performance.now() < end) {
        said = await store.find('access_token', token.key).then(
          () => 'an answer',
          (error: Error) => error.message,
        );
        await sleep(200);
      }
      expect(said).toMatch(WHY);
      const late = new CassandraStore({ connection, namespace: 'users' });
      await expect(late.open()).rejects.toMatchObject({ message: expect.stringMatching(WHY) });
      await late.close();
      await value.restart(node);
      await value.settled();
      expect(await store.find('access_token', token.key)).toMatchObject({ key: token.key });
    } finally {
      await store.close();
    }
  }, 300_000);
}
