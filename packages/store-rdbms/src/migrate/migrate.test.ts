import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Log, type StoreError, silentLog } from '@gatehouse/core';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { migrate, RdbmsStore, schemaState } from '../index.ts';
import { wholeSchema } from './scripts.ts';

const said = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'nothing',
    ({ message }: StoreError) => message,
  );

function newFile(): { connection: { dialect: 'sqlite'; file: string }; outside: Database.Database } {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-migrate-'));
  const file = path.join(folder, 'store.db');
  const outside = new Database(file);
  onTestFinished(() => {
    outside.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { connection: { dialect: 'sqlite', file }, outside };
}

test.each([
  ['a version from which no script leads', 'version = 0', /version 0 .*no script leads from there to 1: restore/],
  ['a schema for later servers', 'version = 3, minimum_version = 2', /version 3 .*runs no server .*upgrade the server/],
])('[store-49] of %s the check, the migration and the server say the same', async (_, set, sentence) => {
  const { connection, outside } = newFile();
  await migrate({ connection });
  outside.exec(`UPDATE oauth_schema SET ${set}`);
  const store = new RdbmsStore({ connection, namespace: 'https://a.example' });
  const heard = [
    await said(schemaState({ connection })),
    await said(migrate({ connection })),
    await said(store.open()),
  ];
  await store.close();
  expect(heard[0]).toMatch(sentence);
  expect(new Set(heard).size).toBe(1);
});

test('a table of another product that is in the way is said to be', async () => {
  const { connection, outside } = newFile();
  outside.exec('CREATE TABLE oauth_grant (id INTEGER PRIMARY KEY, code TEXT)');
  const heard = await said(migrate({ connection }));
  expect(heard).toMatch(/no such column: tenant_id.*another product's table of the same name is in the way/);
  outside.exec('DROP TABLE oauth_grant');
  await migrate({ connection });
  outside.exec('DROP TABLE oauth_counter');
  outside.exec('CREATE TABLE oauth_counter (id INTEGER PRIMARY KEY, n INTEGER)');
  const store = new RdbmsStore({ connection, namespace: 'https://a.example' });
  expect(await said(store.open())).toMatch(/oauth_counter is not this server's, but of another product .*tenant_id/);
  await store.close();
});

test('what cannot be mended later is refused before a table is made', async () => {
  const { connection, outside } = newFile();
  outside.pragma("encoding = 'UTF-16'");
  outside.exec('CREATE TABLE theirs (a)');
  expect(await said(migrate({ connection }))).toMatch(/not in UTF-8: make it anew/);
  expect(outside.prepare("SELECT name FROM sqlite_master WHERE name LIKE 'oauth%'").all()).toEqual([]);
});

test('[store-49] a schema that another text made is said to be by the check and by the server, with what to do', async () => {
  const { connection, outside } = newFile();
  await migrate({ connection });
  expect((await schemaState({ connection })).altered).toBe(null);
  const [ours] = outside.prepare('SELECT checksum FROM oauth_schema').pluck().all() as [string];
  outside.exec(`UPDATE oauth_schema SET checksum = '${'0'.repeat(64)}'`);
  const sentence = `Version 1 of the schema was made by another text than sql/sqlite/oauth-server.sql: oauth_schema has the checksum ${'0'.repeat(64)}, the script ${ours}. Compare the tables with the script, mend what differs, and UPDATE oauth_schema SET checksum = '${ours}' WHERE version = 1.`;
  expect(await schemaState({ connection })).toMatchObject({ pending: [], altered: sentence });
  const warned: string[] = [];
  const log: Log = { ...silentLog, warn: (_, said) => void warned.push(said) };
  const store = new RdbmsStore({ connection, namespace: 'https://a.example', log });
  await store.open();
  await store.close();
  expect(warned).toContain(sentence);

  outside.exec(/UPDATE oauth_schema .* = 1/.exec(sentence)?.[0] ?? '');
  expect((await schemaState({ connection })).altered).toBe(null);
});

test('what is gone from a schema of the right version is named, with what brings it back', async () => {
  const { connection, outside } = newFile();
  await migrate({ connection });
  outside.exec('DROP INDEX oauth_at_purge');
  const opened = async (): Promise<string> => {
    const warned: string[] = [];
    const log: Log = { ...silentLog, warn: (_, said) => void warned.push(said) };
    const store = new RdbmsStore({ connection, namespace: 'https://a.example', log });
    const refused = await said(store.open());
    await store.close();
    return [refused, ...warned].join(' ');
  };
  expect(await opened()).toMatch(
    /^nothing Indexes are missing.* by hand, as sql\/sqlite\/oauth-server\.sql has them\.$/,
  );
  outside.exec('DROP TABLE oauth_replay');
  expect(await opened()).toMatch(
    /^The table oauth_replay cannot be read.* running sql\/sqlite\/oauth-server\.sql by hand/,
  );
  expect((await migrate({ connection })).ran).toEqual([]);
  outside.exec(wholeSchema('sqlite', 1).text);
  expect(await opened()).toBe('nothing');
});
