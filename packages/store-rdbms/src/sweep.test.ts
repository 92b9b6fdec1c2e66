import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Log, silentLog } from '@gatehouse/core';
import Database from 'better-sqlite3';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { migrate, RdbmsStore, type RdbmsStoreOptions } from './index.ts';
import { attempt, key, newGrant, newToken } from './live/records.test-support.ts';
import { provePurgeScript, proveSweep } from './live/swept-rows.test-support.ts';
import { SWEPT, SWEPT_NAMES } from './tables.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-sweep-'));
const opened: { close(): unknown }[] = [];
let files = 0;
let file = '';

afterAll(async () => {
  for (const each of opened) await each.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  file = path.join(folder, `${files++}.db`);
  await migrate({ connection: { dialect: 'sqlite', file } });
});

async function open(namespace: string, more: Partial<RdbmsStoreOptions> = {}): Promise<RdbmsStore> {
  const store = new RdbmsStore({ connection: { dialect: 'sqlite', file }, namespace, ...more });
  opened.push(store);
  await store.open();
  return store;
}

/** The same file, past the store. */
function outside(): Database.Database {
  const database = new Database(file);
  opened.push(database);
  return database;
}

const NOW = Date.now();
const HOUR = 3_600_000;
const KINDS = ['grant', 'session', 'consent', 'client', 'client_epoch'] as const;

/** One record in every table that is swept, all with the same end. */
async function oneOfEach(store: RdbmsStore, end: number): Promise<void> {
  const life = { expiresAt: end, purgeAt: end };
  const add = [...KINDS.map((kind) => newGrant({ kind, key: key(), ...life })), newToken(null, life)];
  await store.write({ attempt: attempt(), add });
  await store.once('space', key(), NOW, end, attempt());
  await store.count('counter', key(), NOW, end - NOW, 1);
}

const all = (count: number): Record<string, number> => Object.fromEntries(SWEPT_NAMES.map((name) => [name, count]));

function rows(): Record<string, number> {
  const database = outside();
  const count = (table: string): unknown => database.prepare(`SELECT COUNT(*) FROM ${table}`).pluck().get();
  return Object.fromEntries(SWEPT_NAMES.map((name) => [name, Number(count(SWEPT[name].table))]));
}

function keepsWarnings(): { readonly log: Log; readonly warnings: string[] } {
  const warnings: string[] = [];
  return { log: { ...silentLog, warn: (_, message) => void warnings.push(message) }, warnings };
}

test('[store-57] no row that is not past its time is ever swept, and every other is', async () => {
  await proveSweep({ dialect: 'sqlite', file }, 0, 1);
});

test('purge.sql removes what is past its time by ten seconds, and nothing else', async () => {
  const database = outside();
  await provePurgeScript({ dialect: 'sqlite', file }, 'sqlite', async (text) => database.exec(text));
});

describe('a sweep of one namespace', () => {
  test('removes all that is dead there and nothing of anybody else, whatever time it is told', async () => {
    const [stranger, scratch] = [await open('https://a.example'), await open('scratch', { sweeps: 'namespace' })];
    await oneOfEach(stranger, NOW + HOUR);
    await oneOfEach(scratch, NOW + HOUR);
    const at = NOW + 365 * 24 * HOUR;
    expect((await scratch.expired(at)).backlog).toEqual(all(1));
    expect(await scratch.sweep({ at, batch: 10, budgetMs: 60_000 })).toMatchObject({
      complete: true,
      removed: all(1),
      errors: {},
      backlog: {},
      lagMs: 0,
    });
    expect(rows()).toEqual(all(1));
    expect((await stranger.expired(at)).backlog).toEqual(all(1));
  });

  test('neither takes the lease of the database nor waits for it', async () => {
    const scratch = await open('scratch', { sweeps: 'namespace' });
    const database = outside();
    const held = NOW + HOUR;
    database.prepare("UPDATE oauth_lease SET owner_id = 'another', held_until = ?").run(held);
    await oneOfEach(scratch, NOW + 1);
    const report = await scratch.sweep({ at: NOW + 2, batch: 10, budgetMs: 60_000 });
    expect(report).toMatchObject({ complete: true, removed: all(1), holder: null });
    expect(database.prepare('SELECT owner_id, held_until FROM oauth_lease').get()).toEqual({
      owner_id: 'another',
      held_until: held,
    });
  });
});

test('what has expired is counted up to a limit, and past it the kind is named', async () => {
  const store = await open('https://a.example');
  const fill = (from: number, to: number): unknown =>
    outside().exec(`
      WITH RECURSIVE n (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})
      INSERT INTO oauth_replay (tenant_id, nonce_hash, attempt, expires_at, purge_at)
      SELECT 'x', 'n' || i, 'a', 1, 1 FROM n`);
  fill(1, 100_000);
  expect(await store.expired(NOW)).toMatchObject({ backlog: { nonce: 100_000 }, uncounted: [] });
  fill(100_001, 100_001);
  expect(await store.expired(NOW)).toMatchObject({ backlog: { nonce: 100_000 }, uncounted: ['nonce'] });
});

test('a namespace is forgotten with everything in it, and nothing of another', async () => {
  const [stranger, scratch] = [await open('https://a.example'), await open('scratch')];
  await oneOfEach(stranger, NOW + HOUR);
  await oneOfEach(scratch, NOW + HOUR);
  await oneOfEach(scratch, NOW + 1);
  expect(rows()).toEqual(all(3));
  await scratch.forgetNamespace();
  expect(rows()).toEqual(all(1));
  expect((await stranger.expired(NOW + 2 * HOUR)).backlog).toEqual(all(1));
});

test('[store-40] a table that cannot be swept is in the report, and the others are swept all the same', async () => {
  const { log, warnings } = keepsWarnings();
  const store = await open('https://a.example', { log });
  await oneOfEach(store, NOW + 1);
  outside().exec('DROP TABLE oauth_replay');
  const { nonce: _, ...others } = all(1);
  const report = await store.sweep({ at: NOW + 10, batch: 10, budgetMs: 60_000 });
  expect(report).toMatchObject({ complete: false, backlog: {}, lagMs: 0 });
  expect(report.removed).toEqual(others);
  expect(report.errors).toEqual({ nonce: expect.stringMatching(/A table or column is not there/) });
  expect(warnings).toEqual(['A table could not be swept.']);
});

test('[store-40] what a table that refuses its removal has too many of is counted', async () => {
  const store = await open('https://a.example');
  await oneOfEach(store, NOW + 1);
  outside().exec("CREATE TRIGGER kept BEFORE DELETE ON oauth_replay BEGIN SELECT RAISE(ABORT, 'kept'); END");
  const report = await store.sweep({ at: NOW + 10, batch: 10, budgetMs: 60_000 });
  expect(report).toMatchObject({ complete: false, backlog: { nonce: 1 }, lagMs: 9 });
  expect(report.errors).toEqual({ nonce: expect.stringMatching(/^The database refused/) });
  expect(store.stats().sweep).toEqual({ backlog: { nonce: 1 }, lagMs: 9 });
});

describe('the warning that the dead come faster than they go', () => {
  const FASTER =
    'Expired rows come faster than they are removed: raise purge.batchSize or lower purge.intervalSeconds.';
  /** Looks at everything and removes nothing. */
  const idle = { batch: 10, budgetMs: 60_000, signal: AbortSignal.abort() };

  test('comes where more of them are left than last time', async () => {
    const { log, warnings } = keepsWarnings();
    const store = await open('https://a.example', { log });
    await oneOfEach(store, NOW + 1);
    expect((await store.sweep({ at: NOW + 10, ...idle })).backlog).toEqual(all(1));
    expect(warnings).toEqual([]);
    await oneOfEach(store, NOW + 1);
    expect((await store.sweep({ at: NOW + 10, ...idle })).backlog).toEqual(all(2));
    expect(warnings).toEqual([FASTER]);
  });

  test('comes where as many are left and the oldest is later than last time, as a count ends at its limit', async () => {
    const { log, warnings } = keepsWarnings();
    const store = await open('https://a.example', { log });
    await oneOfEach(store, NOW + 1);
    await store.sweep({ at: NOW + 10, ...idle });
    await store.sweep({ at: NOW + 11, ...idle });
    expect(store.stats().sweep).toEqual({ backlog: all(1), lagMs: 10 });
    expect(warnings).toEqual([FASTER]);
  });

  test('does not come where fewer are left and none is later, nor where all are gone', async () => {
    const { log, warnings } = keepsWarnings();
    const store = await open('https://a.example', { log });
    for (const end of [1, 2]) await oneOfEach(store, NOW + end);
    await store.sweep({ at: NOW + 10, ...idle });
    await store.sweep({ at: NOW + 2, batch: 10, budgetMs: 60_000 });
    await store.sweep({ at: NOW + 10, ...idle });
    await store.sweep({ at: NOW + 20, batch: 10, budgetMs: 60_000 });
    expect(store.stats().sweep).toEqual({ backlog: {}, lagMs: 0 });
    expect(warnings).toEqual([]);
  });
});
