import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, startTcpProxy } from '@gatehouse/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { gatehouse } from '../server/command-line.ts';
import { openCluster, patientStore } from './cluster.ts';
import { tokensFor } from './requests.ts';
import { migratedDatabase, NEWEST, onEach } from './servers.ts';

const MACHINE = { grant_type: 'client_credentials' };

/** The same database, reached elsewhere on this machine. */
function at(url: string, port: number, more: Readonly<Record<string, string>> = {}): URL {
  const moved = new URL(url);
  moved.hostname = '127.0.0.1';
  moved.port = String(port);
  for (const [name, value] of Object.entries(more)) moved.searchParams.set(name, value);
  return moved;
}

await onEach(NEWEST, '[AX-168] a server that is started before its database', (server) => {
  test('waits, saying so, and serves as soon as it is there', async () => {
    const database = await migratedDatabase(server);
    onTestFinished(() => database.drop());
    const proxy = await startTcpProxy(server);
    onTestFinished(() => proxy.close());
    proxy.set({ refuse: true });
    const cluster = await openCluster({ store: patientStore(at(database.url, proxy.port).href) });
    onTestFinished(() => cluster.close());
    const port = await freePort();
    const starting = cluster.start({}, {}, port);
    // It asks again, so it waits.
    while (proxy.connections() < 2) await pause(20);
    const probe = async (path: string): Promise<number> =>
      (await fetch(`http://localhost:${port}/health${path}`)).status;
    expect([await probe('/live'), await probe('/ready')]).toEqual([200, 503]);
    const early = tokensFor(`http://localhost:${port}`, MACHINE);
    proxy.set({});
    const started = await starting;
    await expect.poll(() => started.output()).toMatch(/Waiting for (PostgreSQL|MySQL|MariaDB)\..*is ready/s);
    const output = await started.output();
    expect(output).toContain(`127.0.0.1:${proxy.port}`);
    expect(output).not.toContain(decodeURIComponent(new URL(database.url).password));
    // Whoever came early is answered.
    await early;
    expect([await probe('/live'), await probe('/ready')]).toEqual([200, 200]);
  });

  test('ends with a sentence when it has waited as long as it was told', async () => {
    const nowhere = await freePort();
    // Longer than the first attempt takes on a crowded machine, which is said before the last is.
    const url = at(server.adminUrl, nowhere, { 'timeouts.startMs': '5000' });
    const { code, stdout, stderr } = await gatehouse(
      ['serve', '--sample', '--port', String(await freePort()), '--store', url.href],
      { env: { GATEHOUSE_SECRETS: randomBytes(32).toString('base64url') } },
    );
    expect(stderr).toMatch(/^gatehouse: \w+ at 127\.0\.0\.1:\d+ did not answer within 5 s: .*ECONNREFUSED.*\.\n$/);
    expect(stdout).toMatch(/Waiting for \w+\./);
    expect(stdout + stderr).not.toContain(url.password);
    expect(code).toBe(1);
  });
});
