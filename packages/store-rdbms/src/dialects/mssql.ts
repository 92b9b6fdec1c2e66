import type { Catalogue, ManyId, StatementId } from '../catalogue.ts';
import type { Fault } from '../database/fault.ts';
import type { ManyText, StatementText } from '../statement.ts';
import { TEXT_COLUMNS } from '../tables.ts';
import type { Dialect } from './dialect.ts';
import { listed } from './listed.ts';
import { standardMany, standardStatements } from './standard.ts';
import { sweepTexts } from './sweep-texts.ts';

const standard = standardStatements({
  bigint: (expression) => `CAST(${expression} AS bigint)`,
  page: (query) => query.replace(/^\s*SELECT/, 'SELECT TOP (:page)'),
});

const own: readonly (readonly [StatementId, StatementText])[] = [
  // Rows lie in the order of purge_at; what somebody holds is left for the next time.
  ...sweepTexts(
    'purge',
    false,
    ({ table, within }) => `
      DELETE TOP (:page) FROM ${table} WITH (ROWLOCK, READPAST)
       WHERE ${within}purge_at >= :from_purge AND purge_at < :before`,
  ),
  ['clock', { text: "SELECT datediff_big(ms, '1970-01-01', sysutcdatetime()) AS now_ms", reads: true }],
];

const many: readonly (readonly [ManyId, ManyText])[] = standardMany();

const catalogue: Catalogue = {
  statements: new Map([...standard, ...own]),
  many: new Map(many),
  purge: 'counted',
  // Near 5000 locks of one statement SQL Server takes one of the table.
  mostPurged: 2_000,
  countsAtOnce: false,
};

/** By the number of the server's error, else by the driver's code. */
const FAULTS: Readonly<Record<string | number, Fault>> = {
  1205: 'retry',
  1222: 'retry',
  3935: 'retry',
  3960: 'retry',
  2601: 'duplicate',
  2627: 'duplicate',
  // A database that is read-only, or the secondary of an availability group.
  3906: 'read-only',
  976: 'read-only',
  978: 'read-only',
  979: 'read-only',
  // A filegroup, a database, the log.
  1105: 'full',
  1101: 'full',
  9002: 'full',
  // The session was killed, or the server is going down.
  596: 'lost',
  6005: 'busy',
  // Azure SQL: moving, or over its limits.
  4221: 'busy',
  10928: 'busy',
  10929: 'busy',
  40197: 'busy',
  40501: 'busy',
  40613: 'busy',
  49918: 'busy',
  49919: 'busy',
  49920: 'busy',
  // Too long, out of range, null, against a constraint.
  2628: 'unfit',
  8152: 'unfit',
  8115: 'unfit',
  515: 'unfit',
  547: 'unfit',
  208: 'missing',
  207: 'missing',
  229: 'forbidden',
  230: 'forbidden',
  18456: 'login',
  ELOGIN: 'login',
  ESOCKET: 'lost',
  ECONNRESET: 'lost',
  ECONNCLOSED: 'lost',
  ECLOSE: 'lost',
  // It may have been done when it was cancelled.
  ETIMEOUT: 'lost',
  ECANCEL: 'lost',
  EINVALIDSTATE: 'lost',
};

function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return 'other';
  // The login's errors have no number: 4060 and its kind say the database is not there, or not yet.
  if (/^Cannot open database/.test(error.message)) return 'missing';
  for (const member of ['number', 'code']) {
    const value: unknown = Reflect.get(error, member);
    if ((typeof value === 'number' || typeof value === 'string') && Object.hasOwn(FAULTS, value))
      return FAULTS[value] as Fault;
  }
  return 'other';
}

type Rows = readonly Readonly<Record<string, unknown>>[];
const value = (rows: Rows, name = 'value'): string => String(rows[0]?.[name] ?? '');

/** Azure's databases have versions of their own. */
const AZURE = ['5', '8', '11', '12'];
const OLDEST = 15;

export const mssql: Dialect = {
  name: 'mssql',
  title: 'SQL Server',
  catalogue,
  placeholders: { spell: (position) => `@p${position - 1}`, reuses: true },
  // 2100, two of which sp_executesql takes for itself.
  maxParameters: 2_098,
  qualify: (table, schema) => `[${schema}].${table}`,
  faultOf,
  driver: 'tedious',
  defaultPort: 1433,
  local: false,
  engine: async (settings, context) => (await import('../engines/mssql.ts')).mssqlEngine(settings, context),
  questions: [
    {
      text: `
        SELECT CAST(SERVERPROPERTY('ProductMajorVersion') AS int) AS value,
               CAST(SERVERPROPERTY('EngineEdition') AS int) AS edition`,
      refuses: (rows) =>
        AZURE.includes(value(rows, 'edition')) || Number(value(rows)) >= OLDEST
          ? null
          : `The server has version ${value(rows)}: SQL Server 2019 (15) or Azure SQL is needed.`,
    },
    {
      text: "SELECT CAST(DATABASEPROPERTYEX(DB_NAME(), 'Updateability') AS varchar(20)) AS value",
      refuses: (rows) =>
        value(rows) === 'READ_WRITE' ? null : 'The database is read-only, a secondary for instance: name the primary.',
    },
    {
      text: 'SELECT transaction_isolation_level AS value FROM sys.dm_exec_sessions WHERE session_id = @@SPID',
      refuses: (rows) =>
        value(rows) === '2'
          ? null
          : `The isolation level stayed ${value(rows)}: something resets what a connection is told.`,
    },
    {
      text: 'SELECT CAST(is_read_committed_snapshot_on AS int) AS value FROM sys.databases WHERE name = DB_NAME()',
      warns: (rows) =>
        value(rows) === '1'
          ? null
          : 'Who reads waits for who writes, and now and then one of them is given up: ALTER DATABASE … SET READ_COMMITTED_SNAPSHOT ON.',
    },
  ],
  indexNames: (schema) => `
    SELECT i.name FROM sys.indexes i JOIN sys.tables t ON t.object_id = i.object_id
     WHERE t.name LIKE 'oauth[_]%' AND t.schema_id = ${schemaId(schema)}`,
  foldingColumns: (schema) => `
    SELECT t.name + '.' + c.name AS name FROM sys.columns c JOIN sys.tables t ON t.object_id = c.object_id
     WHERE t.name LIKE 'oauth[_]%' AND t.schema_id = ${schemaId(schema)}
       AND c.collation_name NOT LIKE '%[_]BIN' AND c.collation_name NOT LIKE '%[_]BIN2'
       AND c.name NOT IN (${listed(TEXT_COLUMNS)})`,
  scripts: {
    hasSchema: (schema) =>
      `SELECT 1 AS there WHERE OBJECT_ID(N'${schema === undefined ? '' : `[${schema}].`}oauth_schema', N'U') IS NOT NULL`,
    async begin(query) {
      await query('BEGIN TRANSACTION');
      await query(`
        DECLARE @mine int;
        EXEC @mine = sp_getapplock @Resource = N'gatehouse_migrate', @LockMode = N'Exclusive', @LockTimeout = ${LOCK_MS};
        IF @mine < 0 THROW 50000, N'another node has been at it for minutes; see whether it still runs.', 1;`);
    },
    end: async (query) => void (await query('COMMIT TRANSACTION')),
  },
};

const LOCK_MS = 300_000;

function schemaId(schema: string | undefined): string {
  return schema === undefined ? 'SCHEMA_ID()' : `SCHEMA_ID(N'${schema}')`;
}
