import type { Instant } from '@gatehouse/core';
import { bucketOf, monthOf, subjectColumn } from './columns.ts';
import { orderedBy, ttlOf } from './lives.ts';
import type { Call } from './room.ts';
import type { RegisterRow } from './rows.ts';
import { type LookUp, MONTHS, REGISTERS } from './schema/tables.ts';
import type { Params } from './session/session.ts';

/**
 * Writes what a register is listed by: before the register itself, so that none is there that a listing misses, and
 * again whenever it will live longer. They are part of the truth of a revocation, so at the register's level.
 */
export async function note(call: Call, row: RegisterRow): Promise<void> {
  const now = call.clock.now();
  const writes = REGISTERS[row.kind].lookUps.flatMap((lookUp) => {
    const at = placeOf(lookUp, row);
    return at === null ? [] : [write(call, lookUp.table, { ...at, [lookUp.key]: row.key }, row.purgeAt, now)];
  });
  if (row.kind === 'grant' && row.clientId !== null) writes.push(noteMonth(call, row.clientId, row, now));
  await Promise.all(writes);
}

async function noteMonth(call: Call, client_id: string, { createdAt, purgeAt }: RegisterRow, now: Instant) {
  const month = monthOf(createdAt);
  const until = call.months.due(client_id, month, purgeAt, now);
  if (until === null) return;
  await write(call, MONTHS, { client_id, month }, until, now);
  call.months.noted(client_id, month, until);
}

async function write(call: Call, table: string, at: Params, purgeAt: Instant, now: Instant): Promise<void> {
  const { session, tenant, plan, toleranceMs, deadline } = call;
  await session.run(
    `note_${table}`,
    {
      tenant_id: tenant,
      ...at,
      ttl: ttlOf(purgeAt, now, toleranceMs),
      // Of two, the one that lives longer stays, whoever's clock was ahead.
      written_at: orderedBy(purgeAt),
    },
    plan.register,
    deadline,
  );
}

/** Null: it is not listed by this. */
function placeOf({ by, partition }: LookUp, row: RegisterRow): Params | null {
  const { subject, sessionId, clientId } = row;
  if (by === 'subject') return subject === null ? null : { subject_hash: subjectColumn(subject) };
  if (by === 'session') return sessionId === null ? null : { sid_hash: sessionId };
  const bucket = bucketOf(row.key);
  if (by === 'nothing') return { bucket };
  if (clientId === null) return null;
  const month = partition.includes('month') ? { month: monthOf(row.createdAt) } : {};
  return { client_id: clientId, bucket, ...month };
}
