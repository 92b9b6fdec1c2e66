import type { Catalogue, ManyId, StatementId } from '../catalogue.ts';
import type { Fault } from '../database/fault.ts';
import type { ArrayText, ManyText, RepeatedText, StatementText } from '../statement.ts';
import { TEXT_COLUMNS } from '../tables.ts';
import type { Dialect } from './dialect.ts';
import { listed } from './listed.ts';
import { standardMany, standardStatements } from './standard.ts';
import { sweepTexts } from './sweep-texts.ts';

const standard = standardStatements({
  bigint: (expression) => `CAST(${expression} AS NUMBER(19))`,
  page: (query) => `${query} FETCH FIRST :page ROWS ONLY`,
});

const UTC = 'sys_extract_utc(systimestamp)';

const own: readonly (readonly [StatementId, StatementText])[] = [
  ...sweepTexts(
    'purge',
    false,
    ({ table, within }) => `
      DELETE FROM ${table}
       WHERE ${within}purge_at >= :from_purge AND purge_at < :before AND ROWNUM <= :page`,
  ),
  [
    'clock',
    {
      text: `
        SELECT round((CAST(${UTC} AS DATE) - DATE '1970-01-01') * 86400) * 1000 + to_number(to_char(${UTC}, 'FF3')) AS now_ms
          FROM dual`,
      reads: true,
    },
  ],
];

/** One row, which the driver sends any number of at once. */
function inArrays({ head, row, tail }: RepeatedText, fixed: readonly string[]): ArrayText {
  return { form: 'arrays', text: head + row + tail, fixed };
}

const many: readonly (readonly [ManyId, ManyText])[] = standardMany().map(([id, text]) => {
  if (text.form === 'arrays') return [id, text];
  return [id, inArrays(text, id === 'revoke_grants' ? ['tenant_id', 'at', 'reason'] : [])];
});

const catalogue: Catalogue = {
  statements: new Map([...standard, ...own]),
  many: new Map(many),
  purge: 'counted',
  countsAtOnce: false,
};

/** By the number of an ORA error, else by the driver's code. */
const FAULTS: Readonly<Record<string | number, Fault>> = {
  60: 'retry',
  54: 'retry',
  8177: 'retry',
  30006: 'retry',
  2049: 'retry',
  1: 'duplicate',
  28: 'lost',
  1012: 'lost',
  1092: 'lost',
  2396: 'lost',
  3113: 'lost',
  3114: 'lost',
  3135: 'lost',
  1013: 'cancelled',
  16000: 'read-only',
  // Tables, their indexes, their long texts, what is sorted, a quota, the archive of the log.
  1653: 'full',
  1654: 'full',
  1691: 'full',
  1652: 'full',
  1536: 'full',
  257: 'full',
  // Sessions, processes, starting up, shutting down; the listener knows of no service yet.
  18: 'busy',
  20: 'busy',
  1033: 'busy',
  1034: 'busy',
  1089: 'busy',
  1090: 'busy',
  12505: 'busy',
  12514: 'busy',
  12516: 'busy',
  12520: 'busy',
  12528: 'busy',
  12541: 'busy',
  // Too long, out of range, null, against a constraint.
  12899: 'unfit',
  1401: 'unfit',
  1438: 'unfit',
  1461: 'unfit',
  1400: 'unfit',
  2290: 'unfit',
  942: 'missing',
  904: 'missing',
  1031: 'forbidden',
  1045: 'forbidden',
  1005: 'login',
  1017: 'login',
  28000: 'login',
  28001: 'login',
  'NJS-003': 'lost',
  'NJS-500': 'lost',
  'NJS-501': 'lost',
  'NJS-503': 'lost',
  'NJS-521': 'lost',
  // It may have been done when it was broken off.
  'NJS-123': 'lost',
  'NJS-040': 'busy',
  'NJS-510': 'busy',
  'NJS-511': 'busy',
  'NJS-518': 'busy',
  'NJS-530': 'busy',
};

function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return 'other';
  for (const member of ['errorNum', 'code']) {
    const value: unknown = Reflect.get(error, member);
    if ((typeof value === 'number' || typeof value === 'string') && Object.hasOwn(FAULTS, value))
      return FAULTS[value] as Fault;
  }
  return Reflect.get(error, 'isRecoverable') === true ? 'lost' : 'other';
}

/** A name, a list of columns, a column or a row that a repeated script makes once more. */
const IS_THERE = [955, 1408, 1430, 1];

const DDL_LOCK_SECONDS = 300;

type Rows = readonly Readonly<Record<string, unknown>>[];
const value = (rows: Rows): string => String(rows[0]?.['value'] ?? '');

export const oracle: Dialect = {
  name: 'oracle',
  title: 'Oracle Database',
  catalogue,
  placeholders: { spell: (position) => `:${position}`, reuses: false },
  maxParameters: 65_535,
  qualify: (table, schema) => `${schema}.${table}`,
  faultOf,
  driver: 'oracledb',
  defaultPort: 1521,
  local: false,
  engine: async (settings, context) => (await import('../engines/oracle.ts')).oracleEngine(settings, context),
  questions: [
    {
      text: "SELECT MAX(version) AS value FROM product_component_version WHERE product LIKE 'Oracle%'",
      refuses: (rows) =>
        Number.parseInt(value(rows), 10) >= 19
          ? null
          : `The server is version ${value(rows)}: Oracle Database 19c is needed.`,
    },
    {
      lasting: true,
      text: "SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET'",
      refuses: (rows) =>
        value(rows) === 'AL32UTF8' ? null : `The database's character set is ${value(rows)}: create it with AL32UTF8.`,
    },
    {
      text: "SELECT value FROM nls_session_parameters WHERE parameter = 'NLS_COMP'",
      refuses: (rows) =>
        value(rows) === 'BINARY'
          ? null
          : `NLS_COMP is ${value(rows)}, and keys would be compared without their case: something sets it for each connection; it must be BINARY.`,
    },
  ],
  indexNames: (schema) =>
    `SELECT index_name AS name FROM all_indexes WHERE table_name LIKE 'OAUTH%' AND table_owner = ${owner(schema)}`,
  // What has no collation of its own is compared as NLS_COMP says.
  foldingColumns: (schema) => `
    SELECT table_name || '.' || column_name AS name FROM all_tab_columns
     WHERE table_name LIKE 'OAUTH%' AND owner = ${owner(schema)} AND collation NOT IN ('USING_NLS_COMP', 'BINARY')
       AND column_name NOT IN (${listed(TEXT_COLUMNS).toUpperCase()})`,
  scripts: {
    isThere: (error) => IS_THERE.includes(Number(Reflect.get(Object(error), 'errorNum'))),
    hasSchema: (schema) => `
      SELECT 1 AS there FROM all_tables
       WHERE table_name = 'OAUTH_SCHEMA'
         AND owner = ${owner(schema)}`,
    // A lock that belongs to no table needs a right that few have. Each statement is made by one of those who try, and
    // found there by the others, in the same order by all.
    begin: async (query) => void (await query(`ALTER SESSION SET DDL_LOCK_TIMEOUT = ${DDL_LOCK_SECONDS}`)),
    end: async () => undefined,
  },
};

function owner(schema: string | undefined): string {
  return schema === undefined ? "SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')" : `'${schema.toUpperCase()}'`;
}
