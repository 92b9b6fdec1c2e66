import type { Addition, Change, Write, Written } from '@gatehouse/core';
import type { Batcher } from './batcher.ts';
import { storedText } from './columns.ts';
import type { Database } from './database/database.ts';
import { Duplicate } from './database/fault.ts';
import { run, runMany, type Work } from './database/work.ts';
import { conflict } from './is-there.ts';
import { additionRows, rowOf, rowUnder, text } from './rows.ts';
import type { Params } from './statement.ts';

/** Below every instant: a life that is raised to it stays as it is. */
const NO_END = -8.64e15 - 1;

/** Where one write goes. */
export interface WriteRoom {
  readonly database: Database;
  readonly tenant: string;
  readonly batcher: Batcher;
  /** Whether a change and one token go in one statement. */
  readonly inOneStatement: boolean;
}

/** The one write: at most one register changes, and whatever is new comes with it, all or nothing. */
export async function write(room: WriteRoom, { attempt, change, add = [] }: Write): Promise<Written> {
  if (!change) return room.batcher.add(attempt, add);
  try {
    const changed = await apply(room, attempt, change, add);
    return changed ?? (await outcomeOf(room, attempt, change));
  } catch (error) {
    // Beside a change keys are random: one that is there was not put there by this write's own first try, whose change
    // would have been found.
    if (error instanceof Duplicate) throw conflict(error);
    throw error;
  }
}

/** `written`, or undefined where the register was not as the change wants it. */
async function apply(
  { database, tenant, inOneStatement }: WriteRoom,
  attempt: string,
  change: Change,
  add: readonly Addition[],
): Promise<Written | undefined> {
  const { id, params } = changeStatement(tenant, attempt, change);
  const [first] = add;
  if (first === undefined) return (await database.run(id, params)).count === 1 ? 'written' : undefined;

  if (inOneStatement && id === 'change_grant' && add.length === 1 && first.kind === 'access_token') {
    const { count } = await database.run('change_and_token', { ...params, ...inFront(rowOf(tenant, first, attempt)) });
    return count === 1 ? 'written' : undefined;
  }
  return database.transaction(function* (): Work<Written | undefined> {
    const { count } = yield* run(id, params);
    // Nothing was written, so there is nothing to undo; the loser never comes to its additions.
    if (count !== 1) return undefined;
    for (const rows of additionRows(tenant, [{ attempt, add }])) yield* runMany(...rows);
    return 'written';
  });
}

/** 0 rows changed: an earlier try of this very write, or somebody else's. Asked in a statement of its own, so that it sees what won. */
async function outcomeOf({ database, tenant }: WriteRoom, attempt: string, change: Change): Promise<Written> {
  const { rows } = await database.run(`seen_${change.kind}`, { tenant_id: tenant, key: change.key });
  const row = rowUnder(tenant, change.kind, change.key, rows);
  return row !== undefined && text(row, 'attempt') === attempt ? 'written' : 'outdated';
}

function changeStatement(tenant: string, attempt: string, change: Change) {
  const { kind, key, from, state, expiresAt, purgeAt } = change;
  const where = { tenant_id: tenant, key, from_version: from, attempt };
  return state === null
    ? ({ id: `empty_${kind}`, params: { ...where, expires_at: expiresAt ?? null, purge_at: purgeAt ?? null } } as const)
    : ({
        id: `change_${kind}`,
        params: { ...where, state: storedText(state), expires_at: expiresAt ?? NO_END, purge_at: purgeAt ?? NO_END },
      } as const);
}

/** The parameters of a token beside those of a change. */
function inFront(row: Params): Params {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [`token_${name}`, value]));
}
