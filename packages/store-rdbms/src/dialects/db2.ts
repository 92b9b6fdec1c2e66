import type { Catalogue, ManyId, StatementId } from '../catalogue.ts';
import type { Fault } from '../database/fault.ts';
import type { ManyText, StatementText } from '../statement.ts';
import { columnType, SWEPT, SWEPT_NAMES } from '../tables.ts';
import type { Dialect } from './dialect.ts';
import { standardMany, standardStatements } from './standard.ts';
import { sweepTexts } from './sweep-texts.ts';

const standard = standardStatements({
  bigint: (expression) => `CAST(${expression} AS BIGINT)`,
  page: (query) => `${query} FETCH FIRST :page ROWS ONLY`,
});

const UTC = 'CURRENT TIMESTAMP - CURRENT TIMEZONE';

const own: readonly (readonly [StatementId, StatementText])[] = [
  ...sweepTexts(
    'purge_pick',
    true,
    ({ table, key, within }) => `
      SELECT tenant_id, ${key}, purge_at FROM ${table}
       WHERE ${within}purge_at >= :from_purge AND purge_at < :before ORDER BY purge_at FETCH FIRST :page ROWS ONLY`,
  ),
  [
    'clock',
    {
      // 719163 is DAYS('1970-01-01').
      text: `
        SELECT (BIGINT(DAYS(${UTC}) - 719163) * 86400 + MIDNIGHT_SECONDS(${UTC})) * 1000 + MICROSECOND(${UTC}) / 1000 AS now_ms
          FROM SYSIBM.SYSDUMMY1`,
      reads: true,
    },
  ],
];

/** In a list of rows a parameter has no type of its own. */
const TYPES: Readonly<Record<string, string>> = {
  tenant_id: 'VARCHAR(64)',
  attempt: 'VARCHAR(64)',
  client_id: 'VARCHAR(255)',
  data: 'CLOB(1M)',
  state: 'CLOB(1M)',
};

function typed(column: string): string {
  return `CAST(:${column} AS ${TYPES[column] ?? (columnType(column) === 'integer' ? 'BIGINT' : 'VARCHAR(43)')})`;
}

const many: readonly (readonly [ManyId, ManyText])[] = [
  ...standardMany({ typed }),
  ...SWEPT_NAMES.map((name) => {
    const { table, key } = SWEPT[name];
    return [
      `purge_picked_${name}`,
      {
        form: 'repeated',
        head: `DELETE FROM ${table} WHERE purge_at < :before AND tenant_id = :tenant_id AND ${key} IN (`,
        row: ':key',
        between: ', ',
        tail: ')',
      },
    ] as const;
  }),
];

const catalogue: Catalogue = {
  statements: new Map([...standard, ...own]),
  many: new Map(many),
  purge: 'picked',
  // More may be more than LOCKLIST and MAXLOCKS let one transaction have.
  mostPurged: 1_000,
  countsAtOnce: false,
};

/** By SQLCODE. */
const FAULTS: Readonly<Record<number, Fault>> = {
  // Deadlock or lock timeout: rolled back already; with -913 the statement only.
  [-911]: 'retry',
  [-913]: 'retry',
  [-803]: 'duplicate',
  [-30081]: 'lost',
  [-30080]: 'lost',
  [-30108]: 'lost',
  [-1224]: 'lost',
  [-1229]: 'lost',
  // A standby of HADR.
  [-1773]: 'read-only',
  [-1776]: 'read-only',
  // Too many applications, quiesced, stopped, restarting.
  [-1040]: 'busy',
  [-20157]: 'busy',
  [-1032]: 'busy',
  [-1035]: 'busy',
  [-1015]: 'busy',
  // The log, the file system, the table space.
  [-964]: 'full',
  [-968]: 'full',
  [-289]: 'full',
  [-952]: 'cancelled',
  [-905]: 'cancelled',
  [-204]: 'missing',
  [-206]: 'missing',
  [-1013]: 'missing',
  [-30061]: 'missing',
  [-551]: 'forbidden',
  [-552]: 'forbidden',
  [-1060]: 'forbidden',
  [-30082]: 'login',
};

function codeOf(error: unknown): unknown {
  return Reflect.get(Object(error), 'sqlcode');
}

function faultOf(error: unknown): Fault {
  const code = codeOf(error);
  if (typeof code === 'number' && Object.hasOwn(FAULTS, code)) return FAULTS[code] as Fault;
  // Class 08 is the connection, 40003 "it may have been committed". Without a code, and with the driver's own for a
  // handle that is closed, nothing is known.
  const state = String(Reflect.get(Object(error), 'sqlstate'));
  if (/^2[23]/.test(state)) return 'unfit';
  return code === null || code === undefined || /^08|^40003$/.test(state) || /CLI0600E/.test(messageOf(error))
    ? 'lost'
    : 'other';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

/** Of GSKit, which does TLS for the driver: what is wrong with a certificate, and no time mends. */
const BAD_CERTIFICATE = /"sqlccSSLSocketSetup".*"(?:40[1345]|41[3457])"/;

/** A table or an index; a column. */
const IS_THERE = [-601, -612];

export const db2: Dialect = {
  name: 'db2',
  title: 'Db2',
  catalogue,
  placeholders: { spell: () => '?', reuses: false },
  maxParameters: 32_767,
  qualify: (table, schema) => `${schema}.${table}`,
  faultOf,
  driver: 'ibm_db',
  defaultPort: 50_000,
  local: false,
  engine: async (settings, context) => (await import('../engines/db2.ts')).db2Engine(settings, context),
  questions: [
    {
      text: 'SELECT SERVICE_LEVEL AS value FROM SYSIBMADM.ENV_INST_INFO',
      refuses: ([row]) => {
        const [, major = '', minor = ''] = /v(\d+)\.(\d+)/.exec(String(row?.['value'])) ?? [];
        return Number(major) * 100 + Number(minor) >= 1_105
          ? null
          : `The server is ${row?.['value']}: Db2 11.5 is needed.`;
      },
    },
    {
      text: 'SELECT CAST(CURRENT ISOLATION AS VARCHAR(8)) AS value FROM SYSIBM.SYSDUMMY1',
      // Blank: as the connection has it, which is CS.
      refuses: ([row]) =>
        ['', 'CS'].includes(String(row?.['value'] ?? '').trim())
          ? null
          : `The isolation level is ${row?.['value']}: something sets it for each connection (CONNECT_PROC); it must be CS.`,
    },
  ],
  hint: (error) =>
    BAD_CERTIFICATE.test(messageOf(error))
      ? "The server of the store is not verified by TLS: name its certificate's authority by `ca`, and the server as its certificate does."
      : null,
  indexNames: (schema) =>
    `SELECT INDNAME AS name FROM SYSCAT.INDEXES WHERE tabname LIKE 'OAUTH%' AND tabschema = ${schemaName(schema)}`,
  scripts: {
    // A row that another node has put there meanwhile is as good.
    isThere: (error) => IS_THERE.includes(Number(codeOf(error))) || faultOf(error) === 'duplicate',
    repeats: true,
    hasSchema: (schema) => `
      SELECT 1 AS there FROM SYSCAT.TABLES
       WHERE tabname = 'OAUTH_SCHEMA' AND tabschema = ${schemaName(schema)}`,
    // There is no lock that outlasts a statement and belongs to no table. Each statement is made by one of those who
    // try, and found there by the others, in the same order by all.
    begin: async (query) => void (await query(`SET CURRENT LOCK TIMEOUT ${LOCK_SECONDS}`)),
    end: async () => undefined,
  },
};

const LOCK_SECONDS = 300;

function schemaName(schema: string | undefined): string {
  return schema === undefined ? 'CURRENT SCHEMA' : `'${schema.toUpperCase()}'`;
}
