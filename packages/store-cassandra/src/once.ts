import type { Instant, Key } from '@gatehouse/core';
import { integer, text } from './cells.ts';
import { pairColumn } from './columns.ts';
import { ttlOf } from './lives.ts';
import type { Call } from './room.ts';
import type { Row } from './session/session.ts';
import { untilKnown } from './until-known.ts';

/**
 * Whether this attempt is the one that uses the nonce in the window [at, until). A partition for each nonce: in one
 * that many share they would wait for each other.
 */
export function once(
  call: Call,
  space: string,
  nonce: Key,
  at: Instant,
  until: Instant,
  attempt: string,
): Promise<boolean> {
  const { session, tenant, plan, toleranceMs, clock, deadline } = call;
  const key = { tenant_id: tenant, nonce_hash: pairColumn(space, nonce) };
  const entry = { ...key, attempt, expires_at: until };
  const ttl = (): number => ttlOf(until, clock.now(), toleranceMs);
  return untilKnown<boolean>(call, {
    async attempt() {
      const added = await session.decide('once_add', { ...entry, ttl: ttl() }, plan, deadline);
      if (added.applied) return true;
      const there = entryOf(added.row);
      if (there === null) return undefined;
      if (there.attempt === attempt) return true;
      // The answer compares the end that is written there: a row lives longer than its window.
      if (at < there.expiresAt) return false;
      const from = { from_attempt: there.attempt, from_expires_at: there.expiresAt };
      const taken = await session.decide('once_take', { ...entry, ...from, ttl: ttl() }, plan, deadline);
      // Somebody took the next window, or the row has just ended: looked at again.
      return taken.applied ? true : undefined;
    },
    async look() {
      const [row] = await session.run('once_read', key, plan.serial, deadline);
      return entryOf(row)?.attempt === attempt ? true : undefined;
    },
  });
}

function entryOf(row: Row | undefined): { readonly attempt: string; readonly expiresAt: Instant } | null {
  if (row === undefined || (row['attempt'] ?? null) === null) return null;
  return { attempt: text(row, 'attempt'), expiresAt: integer(row, 'expires_at') };
}
