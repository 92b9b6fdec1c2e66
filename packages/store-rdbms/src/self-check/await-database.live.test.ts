import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Log, type StoreError, silentLog } from '@gatehouse/core';
import { freePort } from '@gatehouse/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { type Connection, RdbmsStore } from '../index.ts';

async function refusal(connection: Connection, log: Log = silentLog): Promise<string> {
  const store = new RdbmsStore({ connection, namespace: 'https://a.example', log });
  onTestFinished(() => store.close());
  const error = await store.open().then(
    () => undefined,
    (thrown: StoreError) => thrown,
  );
  expect(error?.kind).toBe('config');
  return error?.message ?? '';
}

test('what was last heard of a server that never answered stands in the refusal', async () => {
  const port = await freePort();
  for (const scheme of ['postgresql', 'mysql'])
    expect(await refusal(`${scheme}://gate:pw@127.0.0.1:${port}/oauth?timeouts.startMs=100`)).toMatch(
      new RegExp(`at 127\\.0\\.0\\.1:${port} did not answer within 0 s: .*ECONNREFUSED`),
    );
});

test('MariaDB is waited for by its own name', async () => {
  const lines: string[] = [];
  const log: Log = { ...silentLog, info: (_members, message) => void lines.push(String(message)) };
  // Longer than the first try takes, on a busy machine too: it is said where there is time for another.
  const url = `mariadb://gate:pw@127.0.0.1:${await freePort()}/oauth?timeouts.startMs=5000`;
  expect(await refusal(url, log)).toMatch(/^MariaDB at /);
  expect(lines).toContain('Waiting for MariaDB.');
});

test('a file that is no database is refused at once', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-await-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'text.db');
  writeFileSync(file, 'no database at all '.repeat(100));
  const began = performance.now();
  expect(await refusal({ dialect: 'sqlite', file })).toMatch(/text\.db takes no connection: file is not a database/);
  expect(performance.now() - began).toBeLessThan(10_000);
});
