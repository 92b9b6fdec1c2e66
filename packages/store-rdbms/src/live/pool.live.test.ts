import type { DatabaseServer } from '@gatehouse/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { patient } from './conformance-target.test-support.ts';
import { endsByItself } from './ends-by-itself.test-support.ts';
import type { Product } from './product.test-support.ts';
import { attempt, newGrant, newToken } from './records.test-support.ts';
import { ALL_SERVERS, onEach } from './servers.test-support.ts';

await onEach(ALL_SERVERS, (server, product) => {
  test('[store-46] with every connection waiting for a lock, calls end in time, and all is well afterwards', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    // What ends a call here is its own limit: the server would let it wait until this test is over. Long enough for a
    // busy machine to have both connections made.
    const limits = { callMs: 12_000, acquireMs: 9_000, lockMs: 300_000, statementMs: 300_000, connectMs: 9_000 };
    const store = new RdbmsStore({
      connection: { url: database.url, pool: { max: 2 }, timeouts: limits },
      namespace: 'https://a.example',
    });
    onTestFinished(() => store.close());
    await store.open();
    const grant = newGrant();
    await store.write({ attempt: attempt(), add: [grant] });
    const holder = await product.connect(database.url);
    onTestFinished(() => holder.end());
    await holder.query('BEGIN');
    await holder.query(`SELECT version FROM oauth_grant WHERE grant_key = '${grant.key}' FOR UPDATE`);

    const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
    const kindOf = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'answered',
        (error: { kind: string }) => error.kind,
      );
    const waiting = [1, 2].map(() => kindOf(store.write({ attempt: attempt(), change })));
    const others = Array.from({ length: 4 }, () =>
      kindOf(store.revoke({ token: newToken(null).key }, Date.now(), 'test')),
    );
    expect(new Set(await Promise.all(others))).toEqual(new Set(['unavailable']));
    // Sent and not answered: nobody knows.
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['unknown_outcome']));

    await holder.query('ROLLBACK');
    // What waited for the lock may have been applied by now, and its owner would hear so: it is one or none.
    expect(await store.write({ attempt: attempt(), add: [newToken(null)] })).toBe('written');
    expect([1, 2]).toContain((await store.find('grant', grant.key))?.version);
    const state = store.stats();
    expect(state.pool.used).toBe(0);
    expect(state.pool.waiting).toBe(0);
  });

  test('[store-50] closing waits for what runs, refuses what comes, and leaves nothing open', async () => {
    const { store, running, grant, closing, holder, connections } = await closingOnAHeldRow(server, product);
    await expect(store.find('grant', grant.key)).rejects.toMatchObject({ kind: 'unavailable' });
    await holder.query('ROLLBACK');
    expect(await running).toBe('written');
    await closing;
    await store.close();
    await expect.poll(connections).toBe(0);
  });

  test('[store-50] closing waits no longer than its limit: what runs then has an outcome that nobody knows', async () => {
    const { running, closing, holder, connections } = await closingOnAHeldRow(server, product);
    await closing;
    expect(await running).toMatchObject({ kind: 'unknown_outcome' });
    // A server hears of a lost client when what that one waited for is over.
    await holder.query('ROLLBACK');
    await expect.poll(connections).toBe(0);
  });

  test('[store-50] a process that has closed its store ends by itself', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    expect(await endsByItself(patient(database.url).href)).toBe(true);
  });
});

/** A store that is being closed while its only change waits for a row that somebody else holds. */
async function closingOnAHeldRow(server: DatabaseServer, product: Product) {
  const database = await server.createDatabase();
  onTestFinished(() => database.drop());
  await migrate({ connection: database.url });
  const timeouts = { callMs: 15_000, acquireMs: 15_000, lockMs: 60_000, statementMs: 60_000, connectMs: 10_000 };
  const store = new RdbmsStore({ connection: { url: database.url, timeouts }, namespace: 'https://a.example' });
  onTestFinished(() => store.close());
  await store.open();
  const grant = newGrant();
  await store.write({ attempt: attempt(), add: [grant] });
  const [holder, outside] = [await product.connect(database.url), await product.connect(database.url)];
  onTestFinished(async () => void (await Promise.all([holder.end(), outside.end()])));
  await holder.query('BEGIN');
  await holder.query(`SELECT version FROM oauth_grant WHERE grant_key = '${grant.key}' FOR UPDATE`);
  const postgresql = server.what.startsWith('PostgreSQL');
  const numberOf = async (text: string): Promise<number> => Number((await outside.query(text))[0]?.['n']);

  const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
  const running = store.write({ attempt: attempt(), change }).catch((error: unknown) => error);
  const waiting = postgresql
    ? `SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    : `SELECT COUNT(*) AS n FROM information_schema.processlist WHERE db = DATABASE() AND command = 'Execute' AND info LIKE 'UPDATE oauth_grant%'`;
  await expect.poll(() => numberOf(waiting)).toBe(1);
  const connections = (): Promise<number> =>
    numberOf(
      postgresql
        ? `SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gatehouse'`
        : 'SELECT COUNT(*) - 2 AS n FROM information_schema.processlist WHERE db = DATABASE()',
    );
  return { store, running, grant, closing: store.close(), holder, connections };
}
