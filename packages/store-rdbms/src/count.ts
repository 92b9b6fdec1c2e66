import { type Instant, type Key, StoreError } from '@gatehouse/core';
import { pairColumn } from './columns.ts';
import type { Database } from './database/database.ts';
import { Duplicate } from './database/fault.ts';
import { run, type Work } from './database/work.ts';
import { integer, rowWith } from './rows.ts';
import type { Params } from './statement.ts';

/** Two who count a first failure at once: one adds, the other finds it there and begins again. */
const ROUNDS = 3;

/** Failures of a window that begins with the first of them and ends whole; with `add` 1 the caller's place among them. */
export async function count(
  { database, tenant, atOnce }: { readonly database: Database; readonly tenant: string; readonly atOnce: boolean },
  counter: string,
  key: Key,
  at: Instant,
  window: number,
  add: 0 | 1,
): Promise<number> {
  const who = { tenant_id: tenant, counter_hash: pairColumn(counter, key) };
  if (add === 0) {
    const row = rowWith(who, (await database.run('count_read', { ...who, at })).rows);
    return row === undefined ? 0 : integer(row, 'failures');
  }
  const more = { ...who, at, window_end: at + window };
  if (atOnce) return placeOf((await database.run('count_more', more)).rows);
  for (let round = 1; ; round++) {
    try {
      return await database.transaction(() => addOne(more));
    } catch (error) {
      if (!(error instanceof Duplicate)) throw error;
      if (round === ROUNDS) throw new StoreError('unavailable', 'A counter came and went.', { cause: error });
    }
  }
}

function* addOne(more: Params & { readonly at: Instant }): Work<number> {
  const { tenant_id = null, counter_hash = null, window_end = null, at } = more;
  const { count: changed } = yield* run('count_more', more);
  if (changed === 0) {
    yield* run('count_add', { tenant_id, counter_hash, window_end });
    return 1;
  }
  // The row is this transaction's until it ends, so nobody else has this place.
  const { rows } = yield* run('count_read', { tenant_id, counter_hash, at });
  const mine = rows.filter((row) => row['tenant_id'] === tenant_id && row['counter_hash'] === counter_hash);
  return placeOf(mine);
}

function placeOf(rows: readonly Readonly<Record<string, unknown>>[]): number {
  const [row] = rows;
  if (row === undefined) throw new StoreError('unavailable', 'A counter was gone as soon as it was counted.');
  return integer(row, 'failures');
}

export async function clear(database: Database, tenant: string, counter: string, key: Key): Promise<void> {
  await database.run('count_clear', { tenant_id: tenant, counter_hash: pairColumn(counter, key) });
}
