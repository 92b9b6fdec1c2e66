import { generateKeyPairSync } from 'node:crypto';
import type { TestDatabase } from '@gatehouse/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { oauth4webapiFlows } from '../clients/oauth4webapi-flows.ts';
import { openidClientFlows } from '../clients/openid-client-flows.ts';
import { pythonFlows } from '../clients/python-flows.ts';
import { openidConnectFlows } from '../openid/openid-client-flows.ts';
import { type Cluster, openCluster, patientStore, type Settings } from './cluster.ts';
import { ALL, migratedDatabase, onEach } from './servers.ts';

/** Two servers, which name their one database in the two ways there are. */
async function twoServers({ url }: TestDatabase): Promise<Cluster> {
  const { hostname, port, username, password, pathname, protocol } = new URL(url);
  const { timeouts } = patientStore(url) as { timeouts: Settings };
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const keys = [key.export({ type: 'pkcs8', format: 'pem' }).toString()];
  const cluster = await openCluster({ store: patientStore(url), idToken: { keys } });
  await cluster.start();
  const variable = 'CLUSTER_TEST_PASSWORD';
  const store = {
    dialect: protocol.slice(0, -1),
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: { env: variable },
    database: pathname.slice(1),
    timeouts,
    // The reference system's pool.
    pool: { min: 0, max: 8 },
  };
  await cluster.start({ store }, { [variable]: decodeURIComponent(password) });
  return cluster;
}

await onEach(
  ALL,
  '[AX-168] [AX-182] [AX-183] one server named by a URL and one by its parts, behind a round-robin: all clients',
  (server) => {
    let database: TestDatabase;
    let cluster: Cluster;
    beforeAll(async () => {
      database = await migratedDatabase(server);
      cluster = await twoServers(database);
    });
    afterAll(async () => {
      await cluster?.close();
      await database?.drop();
    });

    for (const flows of [openidClientFlows, openidConnectFlows, oauth4webapiFlows, pythonFlows])
      flows(() => cluster.url);

    test('each of the two has answered half of it', () => {
      const [one = 0, other = 0] = cluster.servers.map(({ port }) => cluster.balancer.answered.get(port) ?? 0);
      expect(one + other).toBeGreaterThan(50);
      expect(Math.abs(one - other)).toBeLessThan(2);
    });
  },
);
