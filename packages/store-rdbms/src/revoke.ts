import type { Instant, Key, Revocation } from '@gatehouse/core';
import { storedText } from './columns.ts';
import type { Database } from './database/database.ts';

/** Grants that one statement ends at most. */
const BATCH = 100;

/** Whatever the version; one way. @returns how many were ended by this call */
export async function revoke(
  database: Database,
  tenant: string,
  what: Revocation,
  at: Instant,
  reason: string,
): Promise<number> {
  if ('token' in what) return (await database.run('revoke_token', { tenant_id: tenant, key: what.token, at })).count;
  // One order for all, so that two who end the same grants do not wait for each other in a circle.
  const keys = [...new Set<Key>(what.grants)].sort();
  let ended = 0;
  for (let from = 0; from < keys.length; from += BATCH) {
    const rows = keys.slice(from, from + BATCH).map((grant_key) => ({ grant_key }));
    ended += (await database.runMany('revoke_grants', { tenant_id: tenant, at, reason: storedText(reason) }, rows))
      .count;
  }
  return ended;
}
