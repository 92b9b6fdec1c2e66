import { type Change, StoreError, type Written } from '@gatehouse/core';
import { integer, text } from './cells.ts';
import type { Level } from './levels/levels.ts';
import { ttlOf } from './lives.ts';
import { note } from './look-ups.ts';
import { readRegister } from './read-register.ts';
import type { Call } from './room.ts';
import { changedRow, type RegisterRow, registerParams } from './rows.ts';
import { REGISTERS } from './schema/tables.ts';
import type { Row } from './session/session.ts';
import { untilKnown } from './until-known.ts';

/** What is known of the version that a change is made from, before it is made. */
export type Before = { readonly row: RegisterRow } | Written;

/** What a register looks like to a write: as `change` wants it, changed by this very attempt, or otherwise. */
export async function before(call: Call, change: Change, attempt: string): Promise<Before> {
  const { kind, key, from } = change;
  const known = call.kept.of(kind, key);
  if (known?.version === from && known.revoked === null) return { row: known };
  const row = await readRegister(call, kind, key);
  return row === undefined ? 'outdated' : judged(row, from, attempt);
}

function judged(row: RegisterRow, from: number, attempt: string): Before {
  if (row.attempt === attempt && row.version > from) return 'written';
  return row.version === from && row.revoked === null ? { row } : 'outdated';
}

/** The compare-and-set that decides: `written` to one of all who change this version. */
export async function changeRegister(
  call: Call,
  change: Change,
  attempt: string,
  first: RegisterRow,
): Promise<Written> {
  const { session, tenant, plan, deadline, kept } = call;
  const { kind, key, from } = change;
  let row = first;
  const attempted = async (unknown: boolean): Promise<Written | undefined> => {
    if (unknown) {
      // What was committed since is read without contention; what is still under way is found by the next try.
      const seen = await seenAfter(call, change, attempt, plan.register);
      if (typeof seen === 'string') return seen;
      row = seen ?? row;
    }
    const next = changedRow(row, change, attempt);
    const decision = await session.decide(
      `change_${kind}`,
      {
        ...registerParams(tenant, next),
        from_version: from,
        from_attempt: row.attempt,
        ttl: ttlOf(lastingOf(row, next), call.clock.now(), call.toleranceMs),
      },
      plan,
      deadline,
    );
    kept.forget(kind, key);
    if (decision.applied) {
      kept.keep(next);
      return 'written';
    }
    const found = foundIn(decision.row);
    const verdict = found === undefined ? 'outdated' : verdictOn(found, change, attempt, unknown);
    if (verdict !== undefined) return verdict;
    // The same version of another life of this key: what was kept is of the life before.
    const again = await before(call, change, attempt);
    if (typeof again === 'string') return again;
    row = again.row;
    return undefined;
  };
  return untilKnown<Written>(call, {
    attempt: attempted,
    async look() {
      const seen = await seenAfter(call, change, attempt, plan.serial);
      return typeof seen === 'string' ? seen : undefined;
    },
  });
}

/** What is there after a try, as far as it tells whose change made it. */
interface Found {
  readonly version: number;
  readonly attempt: string;
  readonly revoked: boolean;
}

/**
 * What a try came to, by what is there now. Undefined: the version that the change wants, so there is nothing of it.
 * @param unknown whether an earlier try of this call had an unknown outcome
 * @throws StoreError `unknown_outcome` where others have changed it twice since
 */
function verdictOn(
  { version, attempt: by, revoked }: Found,
  { from }: Change,
  attempt: string,
  unknown: boolean,
): Written | undefined {
  if (by === attempt && version > from) return 'written';
  // A revocation raises the version and leaves the attempt: whose the change before it was is still told.
  const changed = revoked ? version - 1 : version;
  // It may have been ours, and others have built on it. The one version that would have been ours is somebody else's.
  if (unknown && changed > from + 1) throw overtaken();
  return version === from && !revoked ? undefined : 'outdated';
}

/** The condition's columns, as a lightweight transaction that was not applied has found them. */
function foundIn(row: Row | undefined): Found | undefined {
  if (row === undefined || (row['version'] ?? null) === null) return undefined;
  return {
    version: integer(row, 'version'),
    attempt: text(row, 'attempt'),
    revoked: (row['revoked_at'] ?? null) !== null,
  };
}

/** After a try whose outcome is not known. Undefined: there is nothing to be seen of it, or of anybody. */
async function seenAfter(
  call: Call,
  change: Change,
  attempt: string,
  level: Level,
): Promise<Written | RegisterRow | undefined> {
  const { kind, key, from } = change;
  let row: RegisterRow | undefined;
  try {
    row = await readRegister(call, kind, key, level);
  } catch (error) {
    if (error instanceof StoreError && error.retryable) return undefined;
    throw error;
  }
  if (row === undefined || row.version < from) return undefined;
  return verdictOn({ ...row, revoked: row.revoked !== null }, change, attempt, true) ?? row;
}

/** The later end of both, where a row that ends sooner could come back from a node that has missed its last change. */
function lastingOf(row: RegisterRow, next: RegisterRow): number {
  return REGISTERS[row.kind].shortens ? next.purgeAt : Math.max(row.purgeAt, next.purgeAt);
}

/** What a change lengthens, its look-ups outlive. */
export async function lengthen(call: Call, change: Change, row: RegisterRow, attempt: string): Promise<void> {
  const next = changedRow(row, change, attempt);
  if (next.purgeAt > row.purgeAt) await note(call, next);
}

function overtaken(): StoreError {
  return new StoreError(
    'unknown_outcome',
    'Others have changed the record since, and whether upon this write is not known.',
  );
}
