import {
  type Addition,
  type Change,
  type Instant,
  type NewRegister,
  StoreError,
  type Write,
  type Written,
} from '@gatehouse/core';
import { newRow, type RegisterRow } from './register-row.ts';
import { REGISTER_KINDS } from './registers.ts';
import type { Tables } from './tables.ts';
import type { StoredToken } from './tokens.ts';

/** What became of a write: the rows as they are now. */
export interface Applied {
  readonly outcome: Written;
  readonly registers: readonly RegisterRow[];
  readonly tokens: readonly StoredToken[];
}

const NOTHING = { registers: [], tokens: [] } as const;
const WRITTEN: Applied = { outcome: 'written', ...NOTHING };
const OUTDATED: Applied = { outcome: 'outdated', ...NOTHING };

/**
 * The one write, in one synchronous block: nothing else runs between the comparison and the last addition. Everything
 * that can refuse comes before anything that changes.
 * @throws StoreError `conflict`, `unavailable`
 */
export function applyWrite(tables: Tables, write: Write, at: Instant): Applied {
  const { attempt, change, add = [] } = write;
  const row = change && tables.registers[change.kind].find(change.key, at);
  if (change) {
    if (row === undefined) return OUTDATED;
    if (row.attempt === attempt) return WRITTEN;
    if (row.version !== change.from || tables.isRevoked(row)) return OUTDATED;
  }
  const there = add.filter((addition) => isThere(tables, addition, at));
  if (there.length > 0) {
    if (change || !areAdded(tables, write, there, at)) throw conflict();
    return WRITTEN;
  }
  if (new Set(add.map(({ kind, key }) => `${kind}:${key}`)).size < add.length) throw conflict();
  refuseWhenFull(tables, add, at);

  const registers: RegisterRow[] = [];
  const tokens: StoredToken[] = [];
  if (change && row) registers.push(applyChange(tables, row, change, attempt));
  // A write is one moment: what comes with an epoch is of that epoch.
  for (const addition of [...add].sort(epochsFirst)) {
    if (addition.kind === 'access_token') tokens.push(addToken(tables, addition, at));
    else registers.push(addRegister(tables, addition, attempt));
  }
  return { outcome: 'written', registers, tokens };
}

function epochsFirst(one: Addition, other: Addition): number {
  return Number(other.kind === 'client_epoch') - Number(one.kind === 'client_epoch');
}

function conflict(): StoreError {
  return new StoreError('conflict', 'A record to add is there already.');
}

function isThere(tables: Tables, { kind, key }: Addition, at: Instant): boolean {
  return kind === 'access_token'
    ? tables.tokens.find(key, at) !== undefined
    : tables.registers[kind].find(key, at) !== undefined;
}

/** Whether an earlier try of these additions, which ride with no change, was applied: each is there as it was added. */
function areAdded(tables: Tables, { attempt, add = [] }: Write, there: readonly Addition[], at: Instant): boolean {
  let mine = there.length === add.length;
  for (const addition of there) {
    if (addition.kind === 'access_token') {
      const found = tables.tokens.find(addition.key, at);
      if (found === undefined || !equal(addition, found.token)) return false;
    } else {
      const found = tables.registers[addition.kind].find(addition.key, at);
      if (found === undefined || !equal(addition, found)) return false;
      // It was applied whole; what is missing now was a token, evicted or past its time.
      if (found.attempt === attempt) mine = true;
    }
  }
  return mine;
}

/** In every member that is not the store's own. */
function equal<T extends Addition>(added: T, found: T): boolean {
  return (Object.keys(added) as (keyof T)[]).every((name) => {
    const [one, other] = [added[name], found[name]];
    return Array.isArray(one) && Array.isArray(other)
      ? one.length === other.length && one.every((value, index) => value === other[index])
      : one === other;
  });
}

function refuseWhenFull(tables: Tables, add: readonly Addition[], at: Instant): void {
  for (const kind of REGISTER_KINDS) {
    const wanted = add.filter((addition) => addition.kind === kind).length;
    const table = tables.registers[kind];
    while (table.rows.room < wanted)
      if (!table.removeDue(at))
        throw new StoreError(
          'unavailable',
          `The cache store holds ${table.rows.limit} registers of kind ${kind} and takes no more.`,
        );
  }
}

function applyChange(tables: Tables, row: RegisterRow, change: Change, attempt: string): RegisterRow {
  const life = (now: Instant, wanted: Instant = now): Instant =>
    // Only the change that empties may shorten a life: two extensions in any order leave the longer.
    change.state === null ? wanted : Math.max(now, wanted);
  row.version++;
  row.attempt = attempt;
  row.state = change.state;
  row.expiresAt = life(row.expiresAt, change.expiresAt);
  row.purgeAt = life(row.purgeAt, change.purgeAt);
  tables.registers[row.kind].rows.moved(row);
  return row;
}

function addToken(tables: Tables, token: Addition & { kind: 'access_token' }, at: Instant): StoredToken {
  // With a grant the grant's epoch counts, and one that all tokens share is kept once.
  const epoch = token.grantId === null ? tables.epochOf(token.clientId) : 0;
  const grant = token.grantId === null ? undefined : tables.registers.grant.find(token.grantId, at);
  const stored = { token, revoked: false, epoch };
  tables.tokens.put(stored, grant);
  return stored;
}

function addRegister(tables: Tables, register: NewRegister, attempt: string): RegisterRow {
  const row = newRow(register, { version: 1, attempt, revoked: null, epoch: tables.epochOf(register.clientId) });
  tables.registers[register.kind].put(row);
  return row;
}
