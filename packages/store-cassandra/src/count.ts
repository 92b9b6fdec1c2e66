import { randomUUID } from 'node:crypto';
import type { Instant, Key } from '@gatehouse/core';
import { integer, text } from './cells.ts';
import { pairColumn } from './columns.ts';
import { inTurns } from './in-turns.ts';
import { ttlOf, writtenAt } from './lives.ts';
import type { Call } from './room.ts';

/** Failures that are counted at most: no limit is that high. */
const MOST = 1_000;

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
  const before = { after: Number.MIN_SAFE_INTEGER, page: MOST };
  const rows = await session.run('count_read', { ...who, ...before }, plan.register, deadline);
  await inTurns(rows, async (row) => {
    const failedAt = integer(row, 'at');
    // Written once and removed once at most: the removal comes after it, by no clock.
    const one = { ...who, at: failedAt, id: text(row, 'id'), written_at: writtenAt(failedAt) + 1 };
    await session.run('count_clear', one, plan.register, deadline);
  });
}
