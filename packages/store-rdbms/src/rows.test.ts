import type { Key } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { pairColumn } from './columns.ts';
import { count } from './count.ts';
import type { Database } from './database/database.ts';
import { seal } from './envelope.ts';
import { find } from './find.ts';
import { list } from './list.ts';
import { once } from './once.ts';
import type { Row } from './statement.ts';

const KEY = 'aB3_'.repeat(10).padEnd(43, 'x') as Key;
const MINE = 'https://a.example';
const THEIRS = 'https://A.example';

const grant = (tenant: string, key: string): Row => ({
  tenant_id: tenant,
  grant_key: key,
  version: 1,
  attempt: 'first',
  created_at: 1,
  expires_at: 2,
  purge_at: 3,
  data: seal({}, '{}'),
  state: null,
  client_epoch: 0,
});

/** Answers every query with these, as a database would that compares without the case of letters. */
function answering(rows: readonly Row[]): Database {
  return { run: async () => ({ rows, count: 0 }) } as unknown as Database;
}

describe('a row that was not asked for is not there', () => {
  it('by its key or its namespace', async () => {
    const others = [grant(THEIRS, KEY), grant(MINE, KEY.toLowerCase())];
    expect(await find(answering(others), MINE, 'grant', KEY)).toBeUndefined();
    expect(await find(answering([...others, grant(MINE, KEY)]), MINE, 'grant', KEY)).toMatchObject({ key: KEY });
  });

  it('in a listing', async () => {
    const rows = [grant(THEIRS, 'theirs'), grant(MINE, KEY)];
    const { items } = await list(answering(rows), MINE, 'grant', { client: 'app' }, { limit: 10 });
    expect(items.map(({ key }) => key)).toEqual([KEY]);
  });

  it('of a nonce, whose use then is not known', async () => {
    const nonce = { tenant_id: MINE, nonce_hash: pairColumn('space', KEY), attempt: 'me' };
    const used = (row: Row) => once(answering([row]), MINE, 'space', KEY, 1, 2, 'me');
    expect(await used(nonce)).toBe(true);
    await expect(used({ ...nonce, tenant_id: THEIRS })).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('of a counter', async () => {
    const counter = { tenant_id: MINE, counter_hash: pairColumn('logins', KEY), failures: 7 };
    const counted = (row: Row) =>
      count({ database: answering([row]), tenant: MINE, atOnce: false }, 'logins', KEY, 1, 2, 0);
    expect(await counted(counter)).toBe(7);
    expect(await counted({ ...counter, tenant_id: THEIRS })).toBe(0);
    expect(await counted({ ...counter, counter_hash: 'another' })).toBe(0);
  });
});
