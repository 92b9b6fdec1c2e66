import { setTimeout as pause } from 'node:timers/promises';
import type { StartedServer, TestDatabase } from '@gatehouse/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatehouse } from '../server/command-line.ts';
import { type Cluster, openCluster, patientStore, patientUrl } from './cluster.ts';
import { type Credentials, isActive, post, type Tokens } from './requests.ts';
import { migratedDatabase, onEach } from './servers.ts';

const ID = 'app-of-the-store';
/** Of the second server. The first keeps no client in memory. */
const CACHE_SECONDS = 1;
const MACHINE = { grant_type: 'client_credentials' };

await onEach(['postgresql18', 'mariadb11'], '[AX-168] `gatehouse client` beside two running servers', (server) => {
  let database: TestDatabase;
  let cluster: Cluster;
  let atOnce: StartedServer;
  let cached: StartedServer;
  beforeAll(async () => {
    database = await migratedDatabase(server);
    cluster = await openCluster({ store: patientStore(database.url) });
    [atOnce, cached] = await Promise.all([
      cluster.start({ clientCacheSeconds: 0 }),
      cluster.start({ clientCacheSeconds: CACHE_SECONDS }),
    ]);
  });
  afterAll(async () => {
    await cluster?.close();
    await database?.drop();
  });

  async function client(verb: string, ...more: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const where = ['--store', patientUrl(database.url), '--issuer', cluster.url, '--json'];
    const { code, stdout, stderr } = await gatehouse(['client', verb, ...more, ...where]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  }
  const statusAt = async ({ url }: StartedServer, credentials: Credentials): Promise<number> =>
    (await post(url, 'token', MACHINE, credentials)).status;

  /** What both answer now: the one at once, the other when what it kept in memory is over. */
  async function both(credentials: Credentials, status: number): Promise<void> {
    expect(await statusAt(atOnce, credentials)).toBe(status);
    await pause(CACHE_SECONDS * 1_000);
    expect(await statusAt(cached, credentials)).toBe(status);
  }

  test('create, list, show, rotate-secret, disable, enable and remove take effect in both, within clientCacheSeconds', async () => {
    const created = await client(
      'create',
      '--id',
      ID,
      '--grant',
      'client_credentials',
      '--default-scope',
      'resource.READ',
    );
    const first = { id: ID, secret: String(created['client_secret']) };
    // Nobody keeps in memory that a client is not there.
    expect([await statusAt(atOnce, first), await statusAt(cached, first)]).toEqual([200, 200]);
    expect(await client('list')).toEqual([expect.objectContaining({ id: ID, enabled: true })]);
    expect(await client('show', ID)).toMatchObject({ id: ID, grantTypes: ['client_credentials'], secrets: [{}] });

    const rotated = await client('rotate-secret', ID, '--overlap', '0');
    const second = { id: ID, secret: String(rotated['client_secret']) };
    await both(second, 200);
    await both(first, 401);

    const { body } = await post(atOnce.url, 'token', MACHINE, second);
    const tokens = body as unknown as Tokens;
    await client('disable', ID);
    await both(second, 401);
    for (const { url } of [atOnce, cached]) expect(await isActive(url, tokens)).toBe(false);
    await client('enable', ID);
    await both(second, 200);
    for (const { url } of [atOnce, cached]) expect(await isActive(url, tokens)).toBe(true);

    await client('remove', ID);
    await both(second, 401);
    for (const { url } of [atOnce, cached]) expect(await isActive(url, tokens)).toBe(false);
    expect(await client('list')).toEqual([]);

    // Made anew, it has nothing of the one before: neither its secret nor its tokens.
    const again = await client(
      'create',
      '--id',
      ID,
      '--grant',
      'client_credentials',
      '--default-scope',
      'resource.READ',
    );
    const third = { id: ID, secret: String(again['client_secret']) };
    await both(third, 200);
    expect([await statusAt(atOnce, second), await statusAt(cached, second)]).toEqual([401, 401]);
    for (const { url } of [atOnce, cached]) expect(await isActive(url, tokens)).toBe(false);
  });
});

await onEach(['postgresql18'], '[AX-168] clientCacheSeconds', (server) => {
  test('is what delays a change, and nothing else: as long as it lasts, a client is served as it was', async () => {
    const database = await migratedDatabase(server);
    const cluster = await openCluster({ store: patientStore(database.url), clientCacheSeconds: 300 });
    try {
      const { url } = await cluster.start();
      const where = ['--store', patientUrl(database.url), '--issuer', cluster.url, '--json'];
      const created = await gatehouse([
        ...['client', 'create', '--id', ID, '--grant', 'client_credentials', '--scope', 'read'],
        ...where,
      ]);
      const credentials = { id: ID, secret: (JSON.parse(created.stdout) as { client_secret: string }).client_secret };
      const status = async (origin: string): Promise<number> =>
        (await post(origin, 'token', { ...MACHINE, scope: 'read' }, credentials)).status;
      expect(await status(url)).toBe(200);
      expect(await gatehouse(['client', 'disable', ID, ...where])).toMatchObject({ code: 0 });
      expect(await status(url)).toBe(200);
      // One that has not kept it knows.
      expect(await status((await cluster.start()).url)).toBe(401);
    } finally {
      await cluster.close();
      await database.drop();
    }
  });
});
