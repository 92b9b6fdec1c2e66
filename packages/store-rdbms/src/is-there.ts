import { type Addition, StoreError } from '@gatehouse/core';
import type { Database } from './database/database.ts';
import { find } from './find.ts';

/** Whether exactly these are there, but for what the store fills in: an earlier try of the same addition. */
export async function isThere(database: Database, tenant: string, add: readonly Addition[]): Promise<boolean> {
  for (const addition of add) {
    const found = await find(database, tenant, addition.kind, addition.key);
    if (found === undefined) return false;
    if (!Object.entries(addition).every(([name, value]) => same(Reflect.get(found, name), value))) return false;
  }
  return true;
}

function same(found: unknown, added: unknown): boolean {
  if (!Array.isArray(found) || !Array.isArray(added)) return found === added;
  return found.length === added.length && found.every((value, index) => value === added[index]);
}

export function conflict(cause?: unknown): StoreError {
  return new StoreError('conflict', 'A record to add is there already.', { cause });
}
