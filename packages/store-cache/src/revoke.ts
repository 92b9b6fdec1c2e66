import type { Instant, Revocation } from '@gatehouse/core';
import type { RegisterRow } from './register-row.ts';
import type { Tables } from './tables.ts';
import type { Applied } from './write.ts';

/** Ends what is named, whatever its version, and raises the version, so that whatever races with it is outdated. */
export function revoke(
  tables: Tables,
  what: Revocation,
  mark: { readonly at: Instant; readonly reason: string },
  now: Instant,
): Pick<Applied, 'registers' | 'tokens'> {
  if ('token' in what) {
    if (!tables.tokens.revoke(what.token, now)) return { registers: [], tokens: [] };
    const stored = tables.tokens.find(what.token, now);
    return { registers: [], tokens: stored ? [stored] : [] };
  }
  const registers: RegisterRow[] = [];
  for (const key of what.grants) {
    const row = tables.registers.grant.find(key, now);
    // The first revocation stands, with its moment and reason.
    if (row === undefined || row.revoked !== null) continue;
    row.revoked = mark;
    row.version++;
    registers.push(row);
  }
  return { registers, tokens: [] };
}
