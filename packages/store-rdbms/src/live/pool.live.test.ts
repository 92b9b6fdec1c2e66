import { expect, onTestFinished, test } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { attempt, newGrant, newToken } from './records.test-support.ts';
import { ALL_SERVERS, onEach } from './servers.test-support.ts';

await onEach(ALL_SERVERS, (server, product) => {
  test('[store-46] with every connection waiting for a lock, calls end in time, and all is well afterwards', {
    timeout: 120_000,
  }, async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    const limits = { callMs: 1_500, acquireMs: 700, lockMs: 5_000, statementMs: 5_000, connectMs: 5_000 };
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
    const began = performance.now();
    const waiting = [1, 2].map(() => kindOf(store.write({ attempt: attempt(), change })));
    const others = Array.from({ length: 4 }, () =>
      kindOf(store.revoke({ token: newToken(null).key }, Date.now(), 'test')),
    );
    expect(new Set(await Promise.all(others))).toEqual(new Set(['unavailable']));
    // Sent and not answered: nobody knows.
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['unknown_outcome']));
    expect(performance.now() - began).toBeLessThan(3_000);

    await holder.query('ROLLBACK');
    // What waited for the lock may have been applied by now, and its owner would hear so: it is one or none.
    expect(await store.write({ attempt: attempt(), add: [newToken(null)] })).toBe('written');
    expect([1, 2]).toContain((await store.find('grant', grant.key))?.version);
    const state = store.stats();
    expect(state.pool.used).toBe(0);
    expect(state.pool.waiting).toBe(0);
  });

  test('[store-50] closing waits for what runs, and leaves nothing open', { timeout: 120_000 }, async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    const store = new RdbmsStore({ connection: database.url, namespace: 'https://a.example' });
    await store.open();
    const token = newToken(null);
    const running = store.write({ attempt: attempt(), add: [token] });
    await new Promise((resolve) => setImmediate(resolve));
    await store.close();
    expect(await running.catch((error: { kind: string }) => error.kind)).toMatch(/written|unavailable|unknown_outcome/);
    await expect(store.find('access_token', token.key)).rejects.toMatchObject({ kind: 'unavailable' });
    await store.close();
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    const postgresql = server.what.startsWith('PostgreSQL');
    const [row] = await outside.query(
      postgresql
        ? `SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gatehouse'`
        : `SELECT COUNT(*) - 1 AS n FROM information_schema.processlist WHERE db = DATABASE()`,
    );
    expect(Number(row?.['n'])).toBe(0);
  });
});
