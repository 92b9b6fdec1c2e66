import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { silentLog } from '@gatehouse/core';
import { type DatabaseServer, databaseServer, startTcpProxy, type TcpProxy } from '@gatehouse/testkit';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { resolveConnection } from '../connection/resolve.ts';
import { CompiledCatalogue } from '../database/compiled-catalogue.ts';
import { db2 } from '../dialects/db2.ts';
import { db2Engine } from '../engines/db2.ts';
import { threadSlots } from '../engines/thread-slots.ts';
import { type Connection, migrate, RdbmsStore } from '../index.ts';
import type { Db2Connection } from '../knex-db2/driver.ts';
import { attempt, newGrant } from './records.test-support.ts';

// What Db2's own driver does when contact is lost: it resends, it says nothing, and its calls hold threads. Each of
// these would have a store say what is not true.

const server = await databaseServer('db2');
if (!server.available) test("Db2's driver", (context) => context.skip(server.reason));
else describe(server.value.what, () => prove(server.value));

interface Place {
  readonly store: RdbmsStore;
  readonly url: URL;
  readonly proxy: TcpProxy;
}

function prove(found: DatabaseServer): void {
  const database = found.createDatabase();
  const ready = database.then(async (made) => {
    await migrate({ connection: made.url });
    return made.url;
  });
  afterAll(async () => {
    await (await database).drop();
    await found.close();
  });

  /** A store behind a proxy, with one connection that is there already. */
  async function place(limits: Readonly<Record<string, number>> = {}): Promise<Place> {
    const proxy = await startTcpProxy(found);
    const url = new URL(await ready);
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    const timeouts = { callMs: 20_000, acquireMs: 15_000, connectMs: 10_000, statementMs: 15_000 };
    const patience = Object.entries(timeouts).map(([name, value]) => [`timeouts.${name}`, value]);
    for (const [name, value] of Object.entries({ 'pool.max': 1, ...Object.fromEntries(patience), ...limits }))
      url.searchParams.set(name, String(value));
    const store = storeOn(url);
    onTestFinished(async () => {
      await store.close();
      await proxy.close();
    });
    await store.open();
    return { store, url, proxy };
  }

  async function granted(store: RdbmsStore) {
    const grant = newGrant();
    await store.write({ attempt: attempt(), add: [grant] });
    return grant;
  }

  const change = (key: ReturnType<typeof newGrant>['key']) =>
    ({ kind: 'grant', key, from: 1, state: '{"v":1,"step":1}' }) as const;

  test('a change whose answer is lost is unknown, made once, and `written` when it is asked again', async () => {
    const { store, proxy } = await place({ 'timeouts.statementMs': 4_000 });
    const grant = await granted(store);
    const write = { attempt: attempt(), change: change(grant.key) };
    proxy.set({ swallowAnswer: true });
    await expect(store.write(write)).rejects.toMatchObject({ kind: 'unknown_outcome' });
    proxy.set({});
    const before = proxy.connections();
    expect(await store.write(write)).toBe('written');
    expect(proxy.connections()).toBe(before + 1);
    expect(await store.find('grant', grant.key)).toMatchObject({ version: 2, attempt: write.attempt });
  });

  test('a commit whose answer is lost fails, though it was made', async () => {
    const { url, proxy } = await place({ 'timeouts.statementMs': 4_000 });
    const { engine, query } = await engineOn(url);
    const connection = await engine.acquire();
    await engine.begin(connection);
    await query(connection, "UPDATE oauth_lease SET owner_id = 'committed'");
    proxy.set({ swallowAnswer: true });
    const failed = await engine.commit(connection).catch((error: unknown) => error);
    proxy.set({});
    engine.discard(connection);
    expect(db2.faultOf(failed)).toBe('lost');
    const other = await engine.acquire();
    const { rows } = await query(other, 'SELECT owner_id FROM oauth_lease');
    engine.release(other);
    expect(rows).toEqual([{ owner_id: 'committed' }]);
  });

  test('a change that never arrived is unknown too, and is made when it is asked again', async () => {
    const { store, proxy } = await place();
    const grant = await granted(store);
    proxy.cut();
    const write = { attempt: attempt(), change: change(grant.key) };
    const said = await store.write(write).catch((error: unknown) => error);
    // A connection that was not used for a while is asked first whether it still is one.
    if (said !== 'written') expect(said).toMatchObject({ kind: 'unknown_outcome' });
    expect(await store.write(write)).toBe('written');
    expect(await store.find('grant', grant.key)).toMatchObject({ version: 2, attempt: write.attempt });
  });

  test('connections that died while nobody used them are replaced, and nobody notices', async () => {
    const { store, proxy } = await place({ 'pool.max': 3 });
    const grant = await granted(store);
    await Promise.all([1, 2, 3].map(() => store.find('grant', grant.key)));
    await new Promise((resolve) => setTimeout(resolve, 600));
    proxy.cut();
    expect(await store.write({ attempt: attempt(), change: change(grant.key) })).toBe('written');
  });

  test('a server that answers nothing is given up in time, and meanwhile holds nothing else up', async () => {
    // Long, since the file is read within it on a busy machine too.
    const { store, proxy } = await place({ 'pool.max': 10, 'timeouts.statementMs': 14_000, 'timeouts.callMs': 16_000 });
    const grant = await granted(store);
    proxy.set({ swallowAnswer: true });
    // More calls than there are threads: what the rest of the process needs one for goes on.
    let ended = 0;
    const calls = Array.from({ length: 12 }, () =>
      store
        .find('grant', grant.key)
        .catch((error: unknown) => error)
        .finally(() => ended++),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    await readFile(new URL(import.meta.url));
    expect(ended, 'calls given up before a file could be read').toBe(0);
    for (const error of await Promise.all(calls))
      expect(['timeout', 'unavailable']).toContain(Reflect.get(error as object, 'kind'));
    proxy.set({});
    await expect
      .poll(() => store.find('grant', grant.key).catch(() => null), { timeout: 120_000 })
      .toMatchObject({ version: 1 });
  });

  test('who waits for a row on every thread does not keep out who holds it', async () => {
    const { store, url } = await place({ 'pool.max': 10, 'timeouts.lockMs': 10_000 });
    const grant = await granted(store);
    const { engine, query } = await engineOn(url);
    const holder = await engine.acquire();
    await engine.begin(holder);
    await query(holder, `UPDATE oauth_grant SET version = version WHERE grant_key = '${grant.key}'`);
    const waiting = Array.from({ length: 8 }, () =>
      store.write({ attempt: attempt(), change: change(grant.key) }).catch((error: unknown) => error),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await engine.commit(holder);
    engine.release(holder);
    const said = await Promise.all(waiting);
    // Kept out until their limit, they would have been given up instead.
    expect(said.filter((one) => one === 'written').length).toBe(1);
    expect(said.filter((one) => one === 'outdated').length).toBe(7);
    expect(threadSlots.waiting).toBe(0);
  });

  test('a connection that is given up twice, by the store that closes and by its user, gives one thread back', async () => {
    const { url } = await place();
    const { engine } = await engineOn(url);
    const connection = await engine.acquire();
    engine.discard(connection);
    engine.discard(connection);
    for (let slot = 0; slot < threadSlots.count; slot++) await threadSlots.take();
    const one = threadSlots.take();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { waiting } = threadSlots;
    for (let slot = 0; slot <= threadSlots.count; slot++) threadSlots.give();
    await one;
    expect(waiting).toBe(1);
  });

  test('who reads what somebody holds is told so, and the connection stays good', async () => {
    // Derby has each of the store's tries wait for two seconds and more: none is to be given up before.
    const { store, url, proxy } = await place({ 'timeouts.callMs': 60_000, 'timeouts.statementMs': 30_000 });
    const grant = await granted(store);
    const { engine, query } = await engineOn(url);
    const holder = await engine.acquire();
    await engine.begin(holder);
    await query(holder, `UPDATE oauth_grant SET version = version WHERE grant_key = '${grant.key}'`);
    const before = proxy.connections();
    // Found out when the row is fetched, where the statement itself went well.
    const said = await store.find('grant', grant.key).catch((error: unknown) => error);
    await engine.rollback(holder);
    engine.release(holder);
    expect(said).toMatchObject({ kind: 'unavailable', cause: { sqlcode: -911, sqlstate: '40001' } });
    expect(await store.find('grant', grant.key)).toMatchObject({ version: 1 });
    expect(proxy.connections()).toBe(before);
  });

  test('integers of all sizes come back as they were', async () => {
    const { store } = await place();
    for (const instant of [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 1, 8.64e15]) {
      const grant = { ...newGrant(), createdAt: 0, expiresAt: instant, purgeAt: 8.64e15 };
      await store.write({ attempt: attempt(), add: [grant] });
      expect((await store.find('grant', grant.key))?.expiresAt).toBe(instant);
    }
  });

  describe('its own ways, for which the store does otherwise', () => {
    test('`commitTransaction` says it has committed what it has not', async () => {
      const { url, proxy } = await place();
      const { engine, query } = await engineOn(url);
      const change = "UPDATE oauth_lease SET owner_id = 'nobody'";
      const connection = await engine.acquire();
      await engine.begin(connection);
      await query(connection, change);
      proxy.cut();
      const native = connection as unknown as { commitTransaction(): Promise<unknown> };
      expect(await native.commitTransaction()).toBe(true);
      engine.discard(connection);
      const other = await engine.acquire();
      const { rows } = await query(other, 'SELECT owner_id FROM oauth_lease');
      expect(rows).not.toEqual([{ owner_id: 'nobody' }]);
      await engine.begin(other);
      await query(other, change);
      proxy.cut();
      const failed = await engine.commit(other).catch((error: unknown) => error);
      expect(db2.faultOf(failed)).toBe('lost');
      engine.discard(other);
    });

    test('without the word in its file it sends a statement twice, and the store forbids it', async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-test-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      writeFileSync(path.join(folder, 'db2dsdriver.cfg'), '<configuration>\n</configuration>\n');
      const url = await ready;
      expect(await oneUpdate(found, url, 'driver', folder)).toEqual({ connections: 2, said: 'changed' });
      const store = await oneUpdate(found, url, 'store', undefined);
      expect(store).toEqual({ connections: 1, said: expect.stringContaining('SQL30081N') });
      expect((await oneUpdate(found, url, 'store', folder)).said).toMatch(/maxReconnectRetries/);
      expect((await oneUpdate(found, url, 'late', undefined)).said).toMatch(/too late to forbid it/);
    });
  });
}

/** The driver as the store has it, and texts in the schema of the test. */
async function engineOn(url: URL) {
  const settings = resolveConnection(url);
  const catalogue = new CompiledCatalogue(db2, settings.schema);
  const engine = await db2Engine(settings, { log: silentLog });
  onTestFinished(() => engine.destroy());
  const query = (connection: Db2Connection, text: string) => engine.query(connection, catalogue.qualified(text));
  return { engine, query };
}

/** One change over a connection that was cut after it was made: the connections it took, and what was said. */
async function oneUpdate(found: DatabaseServer, text: string, how: string, folder: string | undefined) {
  const proxy = await startTcpProxy(found);
  onTestFinished(() => proxy.close());
  const url = new URL(text);
  url.port = String(proxy.port);
  const { DB2DSDRIVER_CFG_PATH: _, ...variables } = process.env;
  const child = spawn(process.execPath, [PROGRAM, url.href, how], {
    env: { ...variables, ...(folder === undefined ? {} : { DB2DSDRIVER_CFG_PATH: folder }) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // From its beginning on: it may end before its last line has been read.
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let said = (await lines.next()).value;
  if (said === 'ready') {
    proxy.cut();
    child.stdin.write('go');
    said = (await lines.next()).value;
  }
  await ended;
  return { connections: proxy.connections(), said };
}

const PROGRAM = fileURLToPath(new URL('db2-one-update.test-support.ts', import.meta.url));

function storeOn(connection: Connection): RdbmsStore {
  return new RdbmsStore({ connection, namespace: 'https://a.example', clockToleranceMs: 2_000 });
}
