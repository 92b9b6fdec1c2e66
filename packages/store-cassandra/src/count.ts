import { randomUUID } from 'node:crypto';
import { type Instant, type Key, STORE_LIMITS } from '@gatehouse/core';
import { integer, text } from './cells.ts';
import { pairColumn } from './columns.ts';
import { inTurns } from './in-turns.ts';
import { ttlOf, writtenAt } from './lives.ts';
import type { Call } from './room.ts';

/** Rows of one read: one more than what is counted exactly tells that there are more. */
const MOST = STORE_LIMITS.failures + 1;

/**
 * Failures of the window that ends at `at`; with `add` 1 the caller's place among them. Each caller writes its own row
 * and then counts all: of any k + 1, the one who was last to write counts every one of them.
 */
export async function count(
  call: Call,
  counter: string,
  key: Key,
  at: Instant,
  window: number,
  add: 0 | 1,
): Promise<number> {
  const { session, tenant, plan, toleranceMs, clock, deadline } = call;
  const who = { tenant_id: tenant, counter_hash: pairColumn(counter, key) };
  if (add === 1)
    await session.run(
      'count_add',
      { ...who, at, id: randomUUID(), ttl: ttlOf(at + window, clock.now(), toleranceMs), written_at: writtenAt(at) },
      plan.register,
      deadline,
    );
  const page = { after: at - window, page: MOST };
  return (await session.run('count_read', { ...who, ...page }, plan.register, deadline)).length;
}

/** Row by row, as they are seen: a failure that is counted meanwhile stays counted. */
export async function clear(call: Call, counter: string, key: Key): Promise<void> {
  const { session, tenant, plan, deadline } = call;
  const who = { tenant_id: tenant, counter_hash: pairColumn(counter, key) };
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows = await session.run('count_read', { ...who, after, page: MOST }, plan.register, deadline);
    await inTurns(rows, async (row) => {
      const failedAt = integer(row, 'at');
      // Written once and removed once at most: the removal comes after it, by no clock.
      const one = { ...who, at: failedAt, id: text(row, 'id'), written_at: writtenAt(failedAt) + 1 };
      await session.run('count_clear', one, plan.register, deadline);
    });
    const last = rows.at(-1);
    if (last === undefined || rows.length < MOST) return;
    // A page may end among failures of one moment: those that are left of it come again.
    after = integer(last, 'at') - 1;
  }
}
