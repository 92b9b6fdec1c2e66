import { type Log, silentLog } from '@gatehouse/core';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { resolveConnection } from './connection/resolve.ts';
import type { Database } from './database/database.ts';
import { openDatabase } from './database/open-database.ts';
import { sqlite } from './dialects/sqlite.ts';
import { Lease } from './lease.ts';

const NOW = Date.UTC(2026, 0, 2);
const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;

let database: Database;
let warnings: string[];

beforeEach(async () => {
  warnings = [];
  const settings = resolveConnection({ dialect: 'sqlite', file: ':memory:' });
  database = await openDatabase(sqlite, settings, { log: silentLog });
  onTestFinished(() => database.close(0));
  await database.raw.query(
    'CREATE TABLE oauth_lease (lease_name text PRIMARY KEY, owner_id text NOT NULL, held_until integer NOT NULL)',
  );
  await database.raw.query("INSERT INTO oauth_lease VALUES ('purge', '-', 0)");
});

function lease(tolerance = 0): Lease {
  const log: Log = {
    ...silentLog,
    warn: (fields, message) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
  };
  return new Lease(database, tolerance, log);
}

const held = async (): Promise<unknown> => (await database.raw.query('SELECT * FROM oauth_lease')).rows;

async function heldBy(owner: string, until: number): Promise<void> {
  await database.raw.query(`UPDATE oauth_lease SET owner_id = '${owner}', held_until = ${until}`);
}

test('is one’s at a time, and says whose and until when', async () => {
  const [mine, yours] = [lease(), lease()];
  expect(await mine.take(NOW)).toBeNull();
  const holder = await yours.take(NOW);
  expect(holder).toEqual({ owner: expect.stringMatching(/^[\w.-]+:\d+:[0-9a-f]{8}$/), until: NOW + MINUTE });
  expect(holder?.owner.split(':')[1]).toBe(String(process.pid));
  await mine.release();
  expect(await yours.take(NOW)).toBeNull();
  expect(warnings).toEqual([]);
});

test('is kept while it is used, and noticed where it has become another’s', async () => {
  const [mine, yours] = [lease(), lease()];
  await mine.take(NOW);
  expect(await mine.keep(NOW + MINUTE - 1)).toBe(true);
  expect(await yours.take(NOW + MINUTE + 1)).toMatchObject({ until: NOW + 2 * MINUTE - 1 });
  // A process that stood still for longer than its lease.
  expect(await yours.take(NOW + 3 * MINUTE)).toBeNull();
  expect(await mine.keep(NOW + 3 * MINUTE)).toBe(false);
});

describe('a row that is missing', () => {
  test('is put back by who wants it, and said', async () => {
    await database.raw.query('DELETE FROM oauth_lease');
    expect(await lease().take(NOW)).toBeNull();
    expect(await held()).toMatchObject([{ lease_name: 'purge', held_until: NOW + MINUTE }]);
    expect(warnings).toEqual([expect.stringMatching(/^The row of oauth_lease was missing, and is put back/)]);
  });

  test('is put back by one of two', async () => {
    await database.raw.query('DELETE FROM oauth_lease');
    const both = await Promise.all([lease().take(NOW), lease().take(NOW)]);
    expect(both.filter((holder) => holder === null)).toHaveLength(1);
  });
});

describe('a lease that ends later than any server takes it', () => {
  test('is taken over, and said with whose it was and until when', async () => {
    await heldBy('ahead', NOW + YEAR);
    expect(await lease().take(NOW)).toBeNull();
    expect(await held()).toMatchObject([{ held_until: NOW + MINUTE }]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/held for longer than any server takes it.*NTP.*"ahead".*"2027-01-02T00:00:00\.000Z"/);
  });

  test('is not one that two clocks explain', async () => {
    const until = NOW + MINUTE + 10_000 + 2 * 5_000;
    await heldBy('another', until);
    expect(await lease(5_000).take(NOW)).toEqual({ owner: 'another', until });
    expect(await lease(4_999).take(NOW)).toBeNull();
  });

  test.each([
    ['no time at all', '9007199254740991', '9007199254740991'],
    ['larger than a number is exact, as one in nanoseconds', '1795000000000000000', '1795000000000000000'],
  ])('is told where its end is %s', async (_, until, shown) => {
    await database.raw.query(`UPDATE oauth_lease SET owner_id = 'broken', held_until = ${until}`);
    expect(await lease().take(NOW)).toBeNull();
    expect(warnings[0]).toContain(shown);
  });
});
