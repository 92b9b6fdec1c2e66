import { startTcpProxy } from '@gatehouse/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { openCluster } from './cluster.ts';
import { isActive, tokensFor } from './requests.ts';
import { migratedDatabase, onEach } from './servers.ts';

const MACHINE = { grant_type: 'client_credentials' };
const REQUESTS = 80;
/** As the reference system ships it: initial and min idle 0, max active 8, max wait 10 s, and no eviction. */
const POOL = { min: 0, max: 8, idleMs: 3_600_000 };
const TIMEOUTS = { acquireMs: 10_000, connectMs: 9_000, statementMs: 8_000, callMs: 12_000 };

await onEach(['postgresql18', 'mariadb11'], '[AX-184] the reference system’s pool', (server) => {
  test('as its settings are named here: eight connections at most, whatever comes at once, and nobody is refused', async () => {
    const database = await migratedDatabase(server);
    onTestFinished(() => database.drop());
    const proxy = await startTcpProxy(server);
    onTestFinished(() => proxy.close());
    const url = new URL(database.url);
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    const store = { url: url.href, pool: POOL, timeouts: TIMEOUTS };
    // Look-ups of PostgreSQL have a connection beside the pool, unless they are told to have none.
    const cluster = await openCluster({
      store: url.protocol === 'postgresql:' ? { ...store, pipelining: false } : store,
      limits: { storeCallMs: 13_000 },
    });
    onTestFinished(() => cluster.close());
    const { url: origin } = await cluster.start();
    const { access_token: token } = await tokensFor(origin, MACHINE);
    const answers = await Promise.all(
      Array.from({ length: REQUESTS }, () => isActive(origin, { access_token: token })),
    );
    expect(new Set(answers)).toEqual(new Set([true]));
    expect(proxy.connections()).toBeGreaterThan(1);
    expect(proxy.connections()).toBeLessThanOrEqual(POOL.max);
  });
});
