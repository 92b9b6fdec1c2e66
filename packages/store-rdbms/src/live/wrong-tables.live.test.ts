import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StoreError } from '@gatehouse/core';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { type Connection, migrate, RdbmsStore } from '../index.ts';
import { patient } from './conformance-target.test-support.ts';
import { ALL_SERVERS, onEach, type Served } from './servers.test-support.ts';

const MYSQL: readonly Served[] = ['mysql9', 'mariadb10', 'mariadb11'];

async function opened(connection: Connection): Promise<string> {
  const store = new RdbmsStore({ connection, namespace: 'https://a.example' });
  onTestFinished(() => store.close());
  const error = await store.open().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error === null) return 'opened';
  expect(error).toBeInstanceOf(StoreError);
  expect((error as StoreError).kind).toBe('config');
  return (error as StoreError).message;
}

await onEach(ALL_SERVERS, (server, product) => {
  test('[store-49] tables that a restore left without their keys are refused by name', async () => {
    const postgresql = server.what.startsWith('PostgreSQL');
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    const url = patient(database.url);
    expect(await opened(url)).toBe('opened');
    const without = (table: string) =>
      outside.query(`ALTER TABLE ${table} DROP ${postgresql ? `CONSTRAINT ${table}_pkey` : 'PRIMARY KEY'}`);
    await without('oauth_replay');
    expect(await opened(url)).toMatch(/oauth_replay has no primary key \(tenant_id, nonce_hash\).*oauth-server\.sql/);
    // A key of fewer columns, or of a part of the rows, is another.
    if (postgresql)
      await outside.query('CREATE UNIQUE INDEX later ON oauth_replay (tenant_id, nonce_hash) WHERE purge_at > 0');
    else await outside.query('CREATE UNIQUE INDEX later ON oauth_replay (tenant_id, nonce_hash(10))');
    expect(await opened(url)).toMatch(/oauth_replay has no primary key/);
    await outside.query(`DROP INDEX later${postgresql ? '' : ' ON oauth_replay'}`);
    await outside.query('ALTER TABLE oauth_replay ADD PRIMARY KEY (tenant_id, nonce_hash)');
    expect(await opened(url)).toBe('opened');
    await outside.query(`DROP INDEX oauth_client_epoch_key${postgresql ? '' : ' ON oauth_client_epoch'}`);
    await outside.query('CREATE INDEX oauth_client_epoch_key ON oauth_client_epoch (tenant_id, epoch_key)');
    expect(await opened(url)).toMatch(/oauth_client_epoch has no unique index on \(tenant_id, epoch_key\)/);
  });
});

await onEach(MYSQL, (server, product) => {
  test('[store-49] a table of an engine without transactions is refused by name', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    await outside.query('ALTER TABLE oauth_grant ENGINE = MyISAM');
    expect(await opened(patient(database.url))).toMatch(/oauth_grant has the engine MyISAM.* ENGINE = InnoDB/);
  });
});

await onEach(['postgresql18'], (server, product) => {
  test('[store-49] tables of two schemas, mixed by the search_path, are refused', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    await outside.query('CREATE SCHEMA in_front');
    await outside.query('CREATE TABLE in_front.oauth_grant (LIKE public.oauth_grant INCLUDING ALL)');
    await outside.query(`ALTER DATABASE ${database.name} SET search_path = in_front, public`);
    const url = patient(database.url);
    expect(await opened(url)).toMatch(/oauth_grant is found in the schema in_front, and oauth_schema in public/);
    url.searchParams.set('schema', 'public');
    expect(await opened(url)).toBe('opened');
  });
});

test('[store-49] a SQLite table without its key is refused by name', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'store.db');
  const connection = { dialect: 'sqlite', file } as const;
  await migrate({ connection });
  const outside = new Database(file);
  onTestFinished(() => void outside.close());
  outside.exec('CREATE TABLE copied AS SELECT * FROM oauth_replay');
  outside.exec('DROP TABLE oauth_replay');
  outside.exec('ALTER TABLE copied RENAME TO oauth_replay');
  expect(await opened(connection)).toMatch(/oauth_replay has no primary key \(tenant_id, nonce_hash\)/);
});
