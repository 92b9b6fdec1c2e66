import { silentLog } from '@gatehouse/core';
import Driver from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { resolveConnection } from '../connection/resolve.ts';
import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open-database.ts';
import { Rollback, run } from '../database/work.ts';
import { sqlite } from '../dialects/sqlite.ts';

async function opened(): Promise<Database> {
  const settings = resolveConnection({ dialect: 'sqlite', file: ':memory:' });
  const database = await openDatabase(sqlite, settings, { log: silentLog });
  onTestFinished(() => database.close(0));
  await database.raw.query('CREATE TABLE oauth_lease (lease_name text, owner_id text, held_until integer)');
  await database.raw.query("INSERT INTO oauth_lease VALUES ('purge', '', 0)");
  return database;
}

/** A disk that fails once more while a transaction is undone. */
function withoutRollback(): void {
  const exec = Driver.prototype.exec;
  const spy = vi.spyOn(Driver.prototype, 'exec').mockImplementation(function (this: Driver.Database, text: string) {
    if (text !== 'ROLLBACK') return exec.call(this, text);
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
  });
  onTestFinished(() => spy.mockRestore());
}

const taken = { owner_id: 'me', held_until: 2, at: 1 };

describe('a transaction on a file', () => {
  it('[store-48] fails with its first error, whatever becomes of the rollback', async () => {
    const database = await opened();
    withoutRollback();
    const failing = database.transaction(function* () {
      yield* run('lease_take', taken);
      throw new TypeError('a defect');
    });
    await expect(failing).rejects.toThrow('a defect');
  });

  it('that asks for nothing to stay says so where its rollback fails', async () => {
    const database = await opened();
    withoutRollback();
    const asked = database.transaction(function* () {
      yield* run('lease_take', taken);
      throw new Rollback('seen enough');
    });
    await expect(asked).rejects.toMatchObject({ kind: 'unavailable', cause: { code: 'SQLITE_IOERR' } });
  });
});

it('[store-49] a key column that ignores case is found, in whichever table', async () => {
  const database = await opened();
  const folding = async (): Promise<readonly unknown[]> =>
    (await database.raw.query(sqlite.foldingColumns?.(undefined) ?? '')).rows.map(({ name }) => name);
  for (const [table, collation] of [
    ['oauth_consent', ''],
    ['oauth_counter', 'COLLATE NOCASE'],
  ])
    await database.raw.query(
      `CREATE TABLE ${table} (tenant_id TEXT NOT NULL ${collation}, k TEXT NOT NULL, PRIMARY KEY (tenant_id, k))`,
    );
  expect(await folding()).toEqual(['oauth_counter.tenant_id']);
});

it('a script that fails leaves no transaction open to whoever comes next', async () => {
  const database = await opened();
  const failing = database.raw.session(async (query) => {
    await query('BEGIN IMMEDIATE');
    await query("UPDATE oauth_lease SET owner_id = 'script'");
    await query('SELECT 1 FROM nowhere');
  });
  await expect(failing).rejects.toThrow('nowhere');
  expect((await database.raw.query('SELECT owner_id FROM oauth_lease')).rows).toEqual([{ owner_id: '' }]);
  const { count } = await database.transaction(() => run('lease_take', taken));
  expect(count).toBe(1);
});
