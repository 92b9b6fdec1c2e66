import type { Found, Key, Kind } from '@gatehouse/core';
import type { Database } from './database/database.ts';
import { registerOf, rowUnder, tokenOf } from './rows.ts';

/** One statement, whatever a record hangs on. */
export async function find<K extends Kind>(
  database: Database,
  tenant: string,
  kind: K,
  key: Key,
): Promise<Found<K> | undefined> {
  const { rows } = await database.run(`find_${kind}`, { tenant_id: tenant, key });
  const row = rowUnder(tenant, kind, key, rows);
  if (row === undefined) return undefined;
  return (kind === 'access_token' ? tokenOf(row) : registerOf(kind, row)) as Found<K>;
}
