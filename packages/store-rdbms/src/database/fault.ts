import { StoreError } from '@gatehouse/core';
import { COLUMNS } from '../tables.ts';

/**
 * What a driver's error means.
 * - `retry`: the engine gave up this transaction (deadlock, serialization, lock timeout) and it may be begun again.
 * - `duplicate`: a key to add is there already.
 * - `lost`: the connection is gone; whether a statement that was sent was applied is not known.
 * - `read-only`: the server takes no writes (any more): a replica, or what was the primary until a failover.
 * - `busy`: no connection is to be had now: too many, starting up, shutting down.
 * - `full`: there is no room to write; nothing of the statement stays, and reading goes on.
 * - `cancelled`: the server ended the statement at its own time limit; nothing of it stays.
 * - `missing`: a table or column is not there. `forbidden`: a right is missing. `login`: user or password is wrong.
 * - `unfit`: a value does not fit its column or breaks a rule of its table; nothing of the statement stays, and another
 *   row would have been taken.
 * - `other`: the server refused the statement; nothing of it stays.
 */
export type Fault =
  | 'retry'
  | 'duplicate'
  | 'lost'
  | 'read-only'
  | 'busy'
  | 'full'
  | 'cancelled'
  | 'missing'
  | 'forbidden'
  | 'login'
  | 'unfit'
  | 'other';

/** What Node's own sockets say, of a server that was not reached and of one that was. */
export const NETWORK_FAULTS: Readonly<Record<string, Fault>> = {
  ECONNREFUSED: 'busy',
  ENOTFOUND: 'busy',
  EAI_AGAIN: 'busy',
  EHOSTUNREACH: 'busy',
  ENETUNREACH: 'busy',
  ECONNRESET: 'lost',
  EPIPE: 'lost',
  ETIMEDOUT: 'lost',
};

/** Faults after which a connection is thrown away. */
export const SPENT: ReadonlySet<Fault> = new Set<Fault>(['lost', 'read-only', 'busy']);

/** A key to add is there already. Never leaves the store: the write looks whether it is its own. */
export class Duplicate extends Error {
  override readonly name = 'Duplicate';
}

/** The database refused what it was given, and nothing of it stays. For a caller an `unavailable` like any other. */
export class Refused extends StoreError {}

/**
 * How far a call had come.
 * - `read`: a statement was sent that changes nothing.
 * - `idle`: what was sent is not committed yet, and never will be without us.
 * - `sent`: a statement that is committed by itself, or the commit.
 */
export type Stage = 'read' | 'idle' | 'sent';

const SENTENCES: Readonly<Record<Exclude<Fault, 'duplicate'>, string>> = {
  retry: 'The database gave the transaction up, again and again.',
  lost: 'The connection to the database was lost.',
  'read-only': 'The database takes no writes: it is a replica, or no longer the primary.',
  busy: 'No connection to the database is to be had: it is away, starting, or gives no more.',
  full: 'The database has no room left to write: give its disk, tablespace or log more.',
  cancelled: 'The database ended the statement at its time limit.',
  missing: 'A table or column is not there: see `gatehouse migrate --check`.',
  forbidden: 'The database refuses the user a right: see the rights in sql/README.md.',
  login: 'The database refuses user or password.',
  unfit: 'The database refused a value.',
  other: 'The database refused the statement.',
};

/** What the caller hears. */
export function errorOf(fault: Fault, stage: Stage, error: unknown): StoreError | Duplicate {
  if (fault === 'duplicate') return new Duplicate('A key is there already.', { cause: causeOf(error) });
  if (fault === 'unfit') return new Refused('unavailable', SENTENCES.unfit, { cause: causeOf(error) });
  const unknown = fault === 'lost' && stage === 'sent';
  const kind = unknown ? 'unknown_outcome' : fault === 'cancelled' ? 'timeout' : 'unavailable';
  return new StoreError(kind, SENTENCES[fault], { cause: causeOf(error) });
}

/** No answer within the deadline. */
export function lateError(stage: Stage): StoreError {
  return new StoreError(
    stage === 'sent' ? 'unknown_outcome' : 'timeout',
    'The database did not answer in time, and the connection was given up.',
  );
}

const NAMES = /\boauth_[a-z_]+\b/i;
const COLUMN_NAMES: ReadonlySet<string> = new Set(Object.values(COLUMNS).flat());
/** Before a name of the database's own. */
const NAMED = /\b(?:schema|database|role|user|relation|table|column)\s+$/i;
/** Shorter than any key of ours. */
const NAME = /^[\w.$-]{1,40}$/;

/** A quoted part of a driver's message, where it is a name and no value. */
function shown(part: string, before: string): string {
  const bare = part.slice(1, -1);
  if (NAMED.test(before) && NAME.test(bare)) return bare;
  return COLUMN_NAMES.has(bare.toLowerCase()) ? bare : (NAMES.exec(part)?.[0] ?? '…');
}

/**
 * A driver's error without the values it may quote (`Duplicate entry '…'`, `Key (…)=(…)`): no key, text or bind value
 * reaches a log. Its codes and the names of schemas, tables, columns and users stay: they say what is wrong.
 */
export function causeOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('The driver failed without an error.');
  const message = error.message.replace(/(["'`])(?:(?!\1).)*\1|\([^()]*\)/g, (part, _quote, at: number) =>
    shown(part, error.message.slice(0, at)),
  );
  const cause = new Error(message);
  cause.name = error.name;
  for (const member of ['code', 'errno', 'sqlState', 'sqlstate', 'sqlcode', 'number', 'errorNum', 'constraint'])
    if (Reflect.get(error, member) !== undefined) Reflect.set(cause, member, Reflect.get(error, member));
  return cause;
}
