import type { RegisterKind } from '@gatehouse/core';
import { LISTINGS, type ListFilter, listingId, type ManyId, type StatementId } from '../catalogue.ts';
import type { ManyText, StatementText } from '../statement.ts';
import {
  type ListedColumn,
  REGISTER_KINDS,
  REGISTERS,
  registerColumns,
  SWEPT,
  SWEPT_NAMES,
  TOKEN_COLUMNS,
} from '../tables.ts';
import { sweepTexts } from './sweep-texts.ts';

/** What dialects spell differently in texts that are otherwise the same on all. */
export interface Spelling {
  /** A parameter or expression as a 64-bit integer: a null has no type of its own everywhere. */
  readonly bigint: (expression: string) => string;
  /** The first `:page` rows of a query. */
  readonly page: (query: string) => string;
  /** A column's parameter with its type, where nothing else tells it: in a list of rows, beside a null. Absent: as it is. */
  readonly typed?: (column: string) => string;
}

type Statements = readonly (readonly [StatementId, StatementText])[];
type Manies = readonly (readonly [ManyId, ManyText])[];

const read = (text: string): StatementText => ({ text, reads: true });
const lookUp = (text: string): StatementText => ({ text, reads: true, lookUp: true });
const change = (text: string): StatementText => ({ text, reads: false });

/**
 * The statements whose text is the same on all databases, so that nothing in them depends on a clock, a join or how an
 * engine looks at a condition again after it waited for a lock, beyond one row's version.
 */
export function standardStatements(spelling: Spelling): Statements {
  return [
    ['find_access_token', lookUp(FIND_TOKEN)],
    ...REGISTER_KINDS.flatMap(
      (kind): Statements => [
        [
          `find_${kind}`,
          lookUp(`${selectFrom(kind)} WHERE r.tenant_id = :tenant_id AND r.${REGISTERS[kind].key} = :key`),
        ],
        [`change_${kind}`, change(changeOf(kind))],
        [`empty_${kind}`, change(emptyOf(kind, spelling))],
        [`seen_${kind}`, lookUp(seenOf(kind))],
        ...LISTINGS[kind].map(
          (filters) => [listingId(kind, filters), read(spelling.page(listingOf(kind, filters)))] as const,
        ),
      ],
    ),
    ['revoke_token', change(REVOKE_TOKEN)],
    ['once_add', change(ONCE_ADD)],
    ['once_take', change(ONCE_TAKE)],
    ['once_read', read(ONCE_READ)],
    ['count_more', change(COUNT_MORE)],
    ['count_add', change(COUNT_ADD)],
    ['count_read', read(COUNT_READ)],
    ['count_clear', change('DELETE FROM oauth_counter WHERE tenant_id = :tenant_id AND counter_hash = :counter_hash')],
    ['lease_take', change(`${LEASE_TAKE} AND (held_until < :at OR owner_id = :owner_id)`)],
    ['lease_seize', change(`${LEASE_TAKE} AND held_until > :latest`)],
    ['lease_read', read("SELECT owner_id, held_until FROM oauth_lease WHERE lease_name = 'purge'")],
    ['lease_add', change(LEASE_ADD)],
    ['lease_release', change(LEASE_RELEASE)],
    ...sweepTexts(
      'oldest',
      true,
      ({ table, within }) => `SELECT MIN(purge_at) AS oldest FROM ${table} WHERE ${within}purge_at >= :from_purge`,
    ),
    ...sweepTexts('backlog', true, ({ table, within }) => {
      // In an order, so that the index is read from its beginning: kept for any value, a plan would have many rows past
      // their time, and find the first by reading the table.
      const dead = spelling.page(`SELECT purge_at FROM ${table} WHERE ${within}purge_at < :before ORDER BY purge_at`);
      return `SELECT COUNT(*) AS n FROM (${dead}) d`;
    }),
    ...SWEPT_NAMES.map(
      (name) => [`forget_${name}`, change(`DELETE FROM ${SWEPT[name].table} WHERE tenant_id = :tenant_id`)] as const,
    ),
    ['schema_version', read('SELECT version, minimum_version, checksum FROM oauth_schema ORDER BY version DESC')],
  ];
}

/** Additions in the form `INSERT … VALUES (…), (…)`; the epoch of the client is looked up by the same statement. */
export function standardMany({ typed = (column) => `:${column}` }: Pick<Spelling, 'typed'> = {}): Manies {
  const tokenEpoch = `CASE WHEN ${typed('grant_key')} IS NULL THEN ${CLIENT_EPOCH} END`;
  return [
    ['add_access_token', insertRows('oauth_access_token', TOKEN_COLUMNS, tokenEpoch, typed)],
    ...REGISTER_KINDS.map(
      (kind) =>
        [
          `add_${kind}`,
          insertRows(
            REGISTERS[kind].table,
            registerColumns(kind),
            REGISTERS[kind].revocable ? CLIENT_EPOCH : null,
            typed,
          ),
        ] as const,
    ),
    [
      'revoke_grants',
      {
        form: 'repeated',
        head: `UPDATE oauth_grant SET version = version + 1, revoked_at = :at, reason = :reason
                WHERE tenant_id = :tenant_id AND revoked_at IS NULL AND grant_key IN (`,
        row: ':grant_key',
        between: ', ',
        tail: ')',
      },
    ],
  ];
}

/** `CREATE`d names in their own order, so that the columns of a text and its values cannot drift apart. */
function insertRows(
  table: string,
  columns: readonly string[],
  epoch: string | null,
  typed: (column: string) => string,
): ManyText {
  const register = columns !== TOKEN_COLUMNS;
  const names = [...columns, ...(register ? ['version'] : []), ...(epoch === null ? [] : ['client_epoch'])];
  const values = [...columns.map(typed), ...(register ? ['1'] : []), ...(epoch === null ? [] : [epoch])];
  return {
    form: 'repeated',
    head: `INSERT INTO ${table} (${names.join(', ')}) VALUES `,
    row: `(${values.join(', ')})`,
    between: ', ',
    tail: '',
  };
}

const CLIENT_EPOCH =
  'COALESCE((SELECT version FROM oauth_client_epoch WHERE tenant_id = :tenant_id AND client_id = :client_id), 0)';

// A token hangs on its grant and its client: one statement tells what has ended it.
const FIND_TOKEN = `
  SELECT t.tenant_id, t.token_hash, t.grant_key, t.client_id, t.client_epoch, t.issued_at, t.expires_at, t.purge_at, t.data,
         t.revoked_at, g.grant_key AS of_grant, g.revoked_at AS grant_revoked_at, g.client_epoch AS grant_epoch,
         c.version AS epoch
    FROM oauth_access_token t
    LEFT JOIN oauth_grant g ON g.tenant_id = t.tenant_id AND g.grant_key = t.grant_key
    LEFT JOIN oauth_client_epoch c ON c.tenant_id = t.tenant_id AND c.client_id = t.client_id
   WHERE t.tenant_id = :tenant_id AND t.token_hash = :key`;

/** A register's columns; of a grant with what has ended it. */
function selectFrom(kind: RegisterKind): string {
  const { table, revocable } = REGISTERS[kind];
  const columns = [...registerColumns(kind), 'version', ...(revocable ? ['revoked_at', 'reason', 'client_epoch'] : [])];
  const selected = columns.map((name) => `r.${name}`).join(', ');
  return revocable
    ? `SELECT ${selected}, c.version AS epoch FROM ${table} r
         LEFT JOIN oauth_client_epoch c ON c.tenant_id = r.tenant_id AND c.client_id = r.client_id`
    : `SELECT ${selected} FROM ${table} r`;
}

/** The compare-and-set: 1 row is mine, 0 rows are outdated. A life is never shortened by it. */
function changeOf(kind: RegisterKind): string {
  const { table } = REGISTERS[kind];
  return `
    UPDATE ${table} SET version = version + 1, attempt = :attempt, state = :state,
           expires_at = CASE WHEN expires_at < :expires_at THEN :expires_at ELSE expires_at END,
           purge_at = CASE WHEN purge_at < :purge_at THEN :purge_at ELSE purge_at END
     ${whereAsItWas(kind)}`;
}

/** The change that empties sets both ends plainly. */
function emptyOf(kind: RegisterKind, { bigint }: Spelling): string {
  const { table } = REGISTERS[kind];
  return `
    UPDATE ${table} SET version = version + 1, attempt = :attempt, state = NULL,
           expires_at = COALESCE(${bigint(':expires_at')}, expires_at),
           purge_at = COALESCE(${bigint(':purge_at')}, purge_at)
     ${whereAsItWas(kind)}`;
}

function whereAsItWas(kind: RegisterKind): string {
  const { key, revocable } = REGISTERS[kind];
  const live = revocable ? ' AND revoked_at IS NULL' : '';
  return `WHERE tenant_id = :tenant_id AND ${key} = :key AND version = :from_version${live}`;
}

function seenOf(kind: RegisterKind): string {
  const { table, key } = REGISTERS[kind];
  return `SELECT tenant_id, ${key}, version, attempt FROM ${table} WHERE tenant_id = :tenant_id AND ${key} = :key`;
}

const FILTER_COLUMN: Readonly<Record<ListFilter, ListedColumn>> = {
  subject: 'subject_hash',
  client: 'client_id',
  session: 'sid_hash',
};

/** In the order of their addition, which never changes; registers that are listed whole in the order of their keys. */
function listingOf(kind: RegisterKind, filters: readonly ListFilter[]): string {
  const { key } = REGISTERS[kind];
  const narrowed = filters.map((filter) => ` AND r.${FILTER_COLUMN[filter]} = :${FILTER_COLUMN[filter]}`).join('');
  const from = `${selectFrom(kind)} WHERE r.tenant_id = :tenant_id${narrowed}`;
  if (filters.length === 0) return `${from} AND r.${key} > :after_key ORDER BY r.${key}`;
  return `${from} AND r.created_at >= :after_created
      AND (r.created_at > :after_created OR r.${key} > :after_key) ORDER BY r.created_at, r.${key}`;
}

// A mark, never a removal: an insert that arrives late must find the key taken.
const REVOKE_TOKEN = `
  UPDATE oauth_access_token SET revoked_at = :at
   WHERE tenant_id = :tenant_id AND token_hash = :key AND revoked_at IS NULL`;

const ONCE_ADD = `
  INSERT INTO oauth_replay (tenant_id, nonce_hash, attempt, expires_at, purge_at)
  VALUES (:tenant_id, :nonce_hash, :attempt, :expires_at, :purge_at)`;

const ONCE_TAKE = `
  UPDATE oauth_replay SET attempt = :attempt, expires_at = :expires_at, purge_at = :purge_at
   WHERE tenant_id = :tenant_id AND nonce_hash = :nonce_hash AND expires_at <= :at`;

const ONCE_READ = `
  SELECT tenant_id, nonce_hash, attempt FROM oauth_replay
   WHERE tenant_id = :tenant_id AND nonce_hash = :nonce_hash`;

// MySQL sets columns from left to right, each seeing what was set before it: `window_end` is what the others compare,
// and must be the last.
const COUNT_MORE = `
  UPDATE oauth_counter
     SET failures = CASE WHEN window_end > :at THEN failures + 1 ELSE 1 END,
         purge_at = CASE WHEN window_end > :at THEN purge_at ELSE :window_end END,
         window_end = CASE WHEN window_end > :at THEN window_end ELSE :window_end END
   WHERE tenant_id = :tenant_id AND counter_hash = :counter_hash`;

const COUNT_ADD = `
  INSERT INTO oauth_counter (tenant_id, counter_hash, failures, window_end, purge_at)
  VALUES (:tenant_id, :counter_hash, 1, :window_end, :window_end)`;

const COUNT_READ = `
  SELECT tenant_id, counter_hash, failures FROM oauth_counter
   WHERE tenant_id = :tenant_id AND counter_hash = :counter_hash AND window_end > :at`;

const LEASE_TAKE = `
  UPDATE oauth_lease SET owner_id = :owner_id, held_until = :held_until
   WHERE lease_name = 'purge'`;

const LEASE_ADD = `
  INSERT INTO oauth_lease (lease_name, owner_id, held_until) VALUES ('purge', :owner_id, :held_until)`;

const LEASE_RELEASE = `
  UPDATE oauth_lease SET held_until = 0 WHERE lease_name = 'purge' AND owner_id = :owner_id`;
