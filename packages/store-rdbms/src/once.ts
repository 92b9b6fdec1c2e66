import { type Instant, type Key, StoreError } from '@gatehouse/core';
import { pairColumn } from './columns.ts';
import type { Database } from './database/database.ts';
import { Duplicate } from './database/fault.ts';
import { rowWith, text } from './rows.ts';

/** An entry that the sweep takes between two looks is added again; it cannot go on for ever. */
const ROUNDS = 3;

/** Whether this attempt is the one that uses the nonce in the window [at, until). */
export async function once(
  database: Database,
  tenant: string,
  space: string,
  nonce: Key,
  at: Instant,
  until: Instant,
  attempt: string,
): Promise<boolean> {
  const key = { tenant_id: tenant, nonce_hash: pairColumn(space, nonce) };
  const entry = { ...key, attempt, expires_at: until, purge_at: until };
  for (let round = 0; round < ROUNDS; round++) {
    if (await added(database, entry)) return true;
    if ((await database.run('once_take', { ...entry, at })).count === 1) return true;
    const row = rowWith(key, (await database.run('once_read', key)).rows);
    if (row !== undefined) return text(row, 'attempt') === attempt;
  }
  throw new StoreError('unavailable', 'The entry of a nonce came and went; whether it was used is not known.');
}

async function added(database: Database, entry: Parameters<Database['run']>[1]): Promise<boolean> {
  try {
    return (await database.run('once_add', entry)).count === 1;
  } catch (error) {
    if (error instanceof Duplicate) return false;
    throw error;
  }
}
