import type { RegisterKind } from '@gatehouse/core';
import type { Catalogue, ManyId, StatementId } from '../catalogue.ts';
import { type Fault, NETWORK_FAULTS } from '../database/fault.ts';
import type { ManyText, StatementText } from '../statement.ts';
import { columnType, REGISTER_KINDS, REGISTERS, registerColumns, TEXT_COLUMNS, TOKEN_COLUMNS } from '../tables.ts';
import { COUNT_AT_ONCE } from './count-at-once.ts';
import type { Dialect } from './dialect.ts';
import { listed } from './listed.ts';
import { standardStatements } from './standard.ts';
import { sweepTexts } from './sweep-texts.ts';

const bigint = (expression: string): string => `CAST(${expression} AS bigint)`;

const standard = standardStatements({ bigint, page: (query) => `${query} LIMIT :page` });

/** What PostgreSQL says better than the others. */
const own: readonly (readonly [StatementId, StatementText])[] = [
  ['once_add', { text: `${textOf('once_add')} ON CONFLICT DO NOTHING`, reads: false }],
  ['count_more', COUNT_AT_ONCE],
  // The outer condition is not decoration: what was prolonged between picking and deleting stays.
  ...sweepTexts(
    'purge',
    false,
    ({ table, within }) => `
      WITH dead AS (
        DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
          SELECT ctid FROM ${table} WHERE ${within}purge_at >= :from_purge AND purge_at < :before
           ORDER BY purge_at LIMIT :page FOR UPDATE SKIP LOCKED)) AND purge_at < :before
        RETURNING purge_at)
      SELECT COUNT(*) AS n, MAX(purge_at) AS last FROM dead`,
  ),
  ['clock', { text: 'SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) AS now_ms', reads: true }],
];

const epochOf = (client: string): string =>
  `COALESCE((SELECT e.version FROM oauth_client_epoch e WHERE e.tenant_id = u.tenant_id AND e.client_id = ${client}), 0)`;

/** Any number of rows with one text: a parameter is a whole column. */
function insertColumns(
  table: string,
  columns: readonly string[],
  more: readonly (readonly [string, string])[],
): ManyText {
  const names = [...columns, ...more.map(([name]) => name)];
  const arrays = columns.map((name) => `CAST(:${name} AS ${columnType(name) === 'integer' ? 'bigint' : 'text'}[])`);
  const values = [...columns.map((name) => `u.${name}`), ...more.map(([, value]) => value)];
  return {
    form: 'arrays',
    fixed: [],
    text: `
      INSERT INTO ${table} (${names.join(', ')})
      SELECT ${values.join(', ')}
        FROM unnest(${arrays.join(', ')}) AS u (${columns.join(', ')})`,
  };
}

const many: readonly (readonly [ManyId, ManyText])[] = [
  [
    'add_access_token',
    insertColumns('oauth_access_token', TOKEN_COLUMNS, [
      ['client_epoch', `CASE WHEN u.grant_key IS NULL THEN ${epochOf('u.client_id')} END`],
    ]),
  ],
  ...REGISTER_KINDS.map((kind: RegisterKind) => {
    const { table, revocable } = REGISTERS[kind];
    const epoch = revocable ? ([['client_epoch', epochOf('u.client_id')]] as const) : [];
    return [`add_${kind}`, insertColumns(table, registerColumns(kind), [['version', '1'], ...epoch])] as const;
  }),
  // Locked in one order by everybody, so that two who revoke the same grants never wait for each other.
  [
    'revoke_grants',
    {
      form: 'arrays',
      fixed: ['tenant_id', 'at', 'reason'],
      text: `
        WITH live AS (
          SELECT tenant_id, grant_key FROM oauth_grant
           WHERE tenant_id = :tenant_id AND grant_key = ANY(CAST(:grant_key AS text[])) AND revoked_at IS NULL
           ORDER BY grant_key FOR UPDATE)
        UPDATE oauth_grant g SET version = g.version + 1, revoked_at = :at, reason = :reason
          FROM live WHERE g.tenant_id = live.tenant_id AND g.grant_key = live.grant_key AND g.revoked_at IS NULL`,
    },
  ],
];

// The whole rotation in one statement: without the change there is no row to add, and a key that is there undoes both.
const changeAndToken: StatementText = {
  reads: false,
  text: `
    WITH won AS (${textOf('change_grant')} RETURNING tenant_id)
    INSERT INTO oauth_access_token (${TOKEN_COLUMNS.join(', ')}, client_epoch)
    SELECT ${TOKEN_COLUMNS.map((name) => typedToken(name)).join(', ')},
           CASE WHEN CAST(:token_grant_key AS text) IS NULL THEN COALESCE((
             SELECT e.version FROM oauth_client_epoch e
              WHERE e.tenant_id = :tenant_id AND e.client_id = :token_client_id), 0) END
      FROM won`,
};

function typedToken(name: string): string {
  if (name === 'tenant_id') return 'won.tenant_id';
  return `CAST(:token_${name} AS ${columnType(name) === 'integer' ? 'bigint' : 'text'})`;
}

function textOf(id: StatementId): string {
  const found = standard.find(([name]) => name === id);
  if (!found) throw new TypeError(`There is no standard text of ${id}.`);
  return found[1].text;
}

const catalogue: Catalogue = {
  statements: new Map([...standard, ...own]),
  many: new Map(many),
  purge: 'returning',
  changeAndToken,
  countsAtOnce: true,
};

const FAULTS: Readonly<Record<string, Fault>> = {
  '40001': 'retry',
  '40P01': 'retry',
  '55P03': 'retry',
  '23505': 'duplicate',
  '57P01': 'lost',
  '57P02': 'lost',
  // The server ends the connection: its database is dropped, or a limit for what is idle was reached.
  '57P04': 'lost',
  '57P05': 'lost',
  '25P03': 'lost',
  '25P04': 'lost',
  '57P03': 'busy',
  // No room on the disk, no memory, no connection more.
  '53100': 'full',
  '53200': 'busy',
  '53300': 'busy',
  '57014': 'cancelled',
  '25006': 'read-only',
  '42P01': 'missing',
  '42703': 'missing',
  '3F000': 'missing',
  '3D000': 'missing',
  '42501': 'forbidden',
  '28000': 'login',
  '28P01': 'login',
  ...NETWORK_FAULTS,
};

/** By the first two letters: the connection; the value; the rules of the table. */
const CLASSES: Readonly<Record<string, Fault>> = { '08': 'lost', '22': 'unfit', '23': 'unfit' };

function faultOf(error: unknown): Fault {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (typeof code === 'string' && Object.hasOwn(FAULTS, code)) return FAULTS[code] as Fault;
  // pg's own "Connection terminated" and "not queryable" have no code at all; a defect (TypeError) has none either.
  if (code === undefined) return error instanceof Error && error.name === 'Error' ? 'lost' : 'other';
  return CLASSES[String(code).slice(0, 2)] ?? 'other';
}

/** A table of the schema, else the one that its bare name means. */
function isOurs(schema: string | undefined): string {
  return schema === undefined
    ? 'pg_table_is_visible(t.oid)'
    : `t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = '${schema}')`;
}

/** Versions that get fixes from their makers. */
const OLDEST = 140_000;

export const postgresql: Dialect = {
  name: 'postgresql',
  title: 'PostgreSQL',
  catalogue,
  placeholders: { spell: (position) => `$${position}`, reuses: true },
  maxParameters: 65_535,
  qualify: (table, schema) => `"${schema}".${table}`,
  faultOf,
  driver: 'pg',
  defaultPort: 5432,
  local: false,
  engine: async (settings, context) => (await import('../engines/postgresql.ts')).postgresqlEngine(settings, context),
  questions: [
    {
      text: "SELECT current_setting('server_version_num') AS version",
      refuses: ([row]) =>
        Number(row?.['version']) >= OLDEST ? null : 'PostgreSQL is older than 14: upgrade the server.',
    },
    {
      text: 'SELECT pg_is_in_recovery() AS replica',
      refuses: ([row]) =>
        row?.['replica'] === true ? 'The server is a read-only replica: name the primary in the URL.' : null,
    },
    {
      text: "SELECT current_setting('transaction_isolation') AS isolation",
      refuses: ([row]) =>
        row?.['isolation'] === 'read committed'
          ? null
          : `The isolation level is ${row?.['isolation']}: ALTER ROLE … SET default_transaction_isolation = 'read committed'.`,
    },
    {
      text: "SELECT setting AS milliseconds FROM pg_settings WHERE name = 'statement_timeout'",
      // Told to the server with the connection: where it did not arrive, somebody stands between.
      refuses: ([row], { pooler, timeouts }) =>
        pooler === 'transaction' || Number(row?.['milliseconds']) === timeouts.statementMs
          ? null
          : 'What the connection asked for did not reach the server: a pooler stands between, set pooler=transaction.',
      warns: ([row], { pooler, timeouts }) =>
        pooler === 'transaction' && Number(row?.['milliseconds']) === 0
          ? `Behind a pooler the server ends no statement by itself: ALTER ROLE … SET statement_timeout = ${timeouts.statementMs}.`
          : null,
    },
    {
      lasting: true,
      text: "SELECT current_setting('server_encoding') AS encoding",
      refuses: ([row]) =>
        row?.['encoding'] === 'UTF8'
          ? null
          : `The database's encoding is ${row?.['encoding']}: create it with ENCODING 'UTF8'.`,
    },
  ],
  indexNames: (schema) => `
    SELECT i.relname AS name FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
     WHERE t.relname LIKE 'oauth\\_%' AND ${isOurs(schema)}`,
  // A collation that is not deterministic, or a type of its own.
  foldingColumns: (schema) => `
    SELECT t.relname || '.' || a.attname AS name
      FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid JOIN pg_type y ON y.oid = a.atttypid
      LEFT JOIN pg_collation c ON c.oid = a.attcollation
     WHERE t.relkind IN ('r', 'p') AND t.relname LIKE 'oauth\\_%' AND ${isOurs(schema)}
       AND a.attnum > 0 AND (NOT c.collisdeterministic OR y.typname = 'citext')
       AND a.attname NOT IN (${listed(TEXT_COLUMNS)})`,
  hint: (error) =>
    error instanceof Error && /unsupported startup parameter/.test(error.message)
      ? 'A pooler that keeps no session stands between (pgbouncer): set pooler=transaction.'
      : null,
  scripts: {
    hasSchema: (schema) =>
      `SELECT 1 AS there WHERE to_regclass('${schema === undefined ? '' : `"${schema}".`}oauth_schema') IS NOT NULL`,
    async begin(query) {
      await query('BEGIN');
      await query('SET LOCAL statement_timeout = 0');
      await query('SET LOCAL lock_timeout = 0');
      await query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    },
    end: async (query) => void (await query('COMMIT')),
  },
};

/** Any number that nobody else locks. */
const MIGRATION_LOCK = 7_166_046_212_474;
