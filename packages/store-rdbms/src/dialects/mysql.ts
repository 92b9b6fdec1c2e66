import type { Catalogue, ManyId, StatementId } from '../catalogue.ts';
import { type Fault, NETWORK_FAULTS } from '../database/fault.ts';
import type { ManyText, StatementText } from '../statement.ts';
import { SWEPT, SWEPT_NAMES, TEXT_COLUMNS } from '../tables.ts';
import type { Dialect } from './dialect.ts';
import { listed } from './listed.ts';
import { standardMany, standardStatements } from './standard.ts';
import { sweepTexts } from './sweep-texts.ts';

const standard = standardStatements({
  bigint: (expression) => `CAST(${expression} AS signed)`,
  page: (query) => `${query} LIMIT :page`,
});

// Keys first, rows then: a DELETE with ORDER BY and LIMIT locks every row it walks over until it is committed, in
// another order than everybody else. purge.sql does it so all the same: a script keeps nothing between two statements.
const own: readonly (readonly [StatementId, StatementText])[] = [
  ...sweepTexts(
    'purge_pick',
    true,
    ({ table, key, within }) => `
      SELECT tenant_id, ${key}, purge_at FROM ${table}
       WHERE ${within}purge_at >= :from_purge AND purge_at < :before ORDER BY purge_at LIMIT :page`,
  ),
  ['clock', { text: 'SELECT CAST(unix_timestamp(current_timestamp(3)) * 1000 AS signed) AS now_ms', reads: true }],
];

const many: readonly (readonly [ManyId, ManyText])[] = [
  ...standardMany(),
  ...SWEPT_NAMES.map((name) => {
    const { table, key } = SWEPT[name];
    return [
      `purge_picked_${name}`,
      {
        form: 'repeated',
        head: `DELETE FROM ${table} WHERE purge_at < :before AND (tenant_id, ${key}) IN (`,
        row: '(:tenant_id, :key)',
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
  countsAtOnce: false,
};

/** By number where the server says it, by name where the driver does. */
const FAULTS: Readonly<Record<string | number, Fault>> = {
  1213: 'retry',
  1205: 'retry',
  // MariaDB under innodb_snapshot_isolation: the row was changed since.
  1020: 'retry',
  1062: 'duplicate',
  1969: 'cancelled',
  3024: 'cancelled',
  1317: 'cancelled',
  1290: 'read-only',
  1836: 'read-only',
  1792: 'read-only',
  1040: 'busy',
  1203: 'busy',
  1226: 'busy',
  // Galera: the node is not, or no longer, part of its cluster.
  1047: 'busy',
  // No room: on the disk, in memory, in a table.
  1021: 'full',
  1041: 'busy',
  1114: 'full',
  // A letter that the column's character set lacks, and a packet too large: none has the state of a refused value.
  1366: 'unfit',
  3988: 'unfit',
  1153: 'unfit',
  1053: 'lost',
  1927: 'lost',
  2006: 'lost',
  2013: 'lost',
  4031: 'lost',
  1146: 'missing',
  1054: 'missing',
  1049: 'missing',
  1142: 'forbidden',
  1143: 'forbidden',
  1044: 'forbidden',
  1227: 'forbidden',
  1045: 'login',
  1698: 'login',
  PROTOCOL_CONNECTION_LOST: 'lost',
  ...NETWORK_FAULTS,
};

function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return 'other';
  for (const member of ['errno', 'code']) {
    const value: unknown = Reflect.get(error, member);
    if ((typeof value === 'number' || typeof value === 'string') && Object.hasOwn(FAULTS, value))
      return FAULTS[value] as Fault;
  }
  if (/^2[23]/.test(String(Reflect.get(error, 'sqlState')))) return 'unfit';
  return Reflect.get(error, 'fatal') === true || /closed state/.test(error.message) ? 'lost' : 'other';
}

const variable = (rows: readonly Readonly<Record<string, unknown>>[]): string => String(rows[0]?.['value'] ?? '');

/**
 * What answers, by `VERSION()`: `9.7.4`, Percona's `8.0.36-28`, Aurora's `8.0.mysql_aurora.3.08.2`, `11.8.3-MariaDB-log`;
 * some versions of MariaDB put a number in front that old replicas could read: `5.5.5-10.11.2-MariaDB`.
 */
function serverOf(rows: Parameters<typeof variable>[0]): {
  readonly product: 'MariaDB' | 'MySQL';
  /** 10.6 is 10 006. */
  readonly version: number;
  readonly shown: string;
} {
  const shown = variable(rows);
  const product = /mariadb/i.test(shown) ? 'MariaDB' : 'MySQL';
  const [, major = '', minor = ''] = /^(?:5\.5\.5-(?=\d))?(\d+)\.(\d+)/.exec(shown) ?? [];
  return { product, version: Number(major) * 1_000 + Number(minor), shown };
}

export const mysql: Dialect = {
  name: 'mysql',
  title: 'MySQL',
  catalogue,
  placeholders: { spell: () => '?', reuses: false },
  maxParameters: 65_535,
  faultOf,
  driver: 'mysql2',
  defaultPort: 3306,
  local: false,
  engine: async (settings, context) => (await import('../engines/mysql.ts')).mysqlEngine(settings, context),
  questions: [
    {
      text: 'SELECT VERSION() AS value',
      refuses: (rows) => {
        const { product, version, shown } = serverOf(rows);
        const oldest = product === 'MariaDB' ? 10_006 : 8_000;
        return version >= oldest ? null : `The server is ${shown}: MySQL 8.0 or MariaDB 10.6 is needed.`;
      },
      // Both are spoken to alike, so nothing is refused: it is sentences that would name the wrong one.
      warns: (rows, { title }) => {
        const { product, shown } = serverOf(rows);
        const scheme = product.toLowerCase();
        return product === title
          ? null
          : `The store is named as ${title}, and the server is ${product} (${shown}): write ${scheme}: in its URL, or dialect: ${scheme}.`;
      },
    },
    {
      text: "SHOW SESSION VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation')",
      refuses: (rows) =>
        variable(rows) === 'READ-COMMITTED'
          ? null
          : `The isolation level stayed ${variable(rows)}: something between resets what a connection is told.`,
    },
    {
      text: "SHOW SESSION VARIABLES LIKE 'sql_mode'",
      refuses: (rows) =>
        /STRICT_(?:ALL|TRANS)_TABLES/.test(variable(rows))
          ? null
          : 'The sql_mode is not strict, and texts would be cut: something between resets what a connection is told.',
    },
    {
      text: "SHOW SESSION VARIABLES LIKE 'autocommit'",
      refuses: (rows) =>
        variable(rows) === 'ON'
          ? null
          : 'The session does not commit by itself (autocommit): something between resets what a connection is told.',
    },
    {
      text: "SHOW GLOBAL VARIABLES LIKE 'read_only'",
      refuses: (rows) =>
        variable(rows) === 'OFF' ? null : 'The server is a read-only replica: name the primary in the URL.',
    },
    {
      text: "SHOW GLOBAL VARIABLES WHERE Variable_name = 'binlog_format' AND Value = 'STATEMENT'",
      refuses: (rows) =>
        rows.length === 0 ? null : 'The binlog_format is STATEMENT: set it to ROW, as READ COMMITTED needs it.',
    },
  ],
  indexNames: () =>
    'SELECT DISTINCT index_name AS name FROM information_schema.statistics WHERE table_schema = DATABASE()',
  foldingColumns: () => `
    SELECT CONCAT(table_name, '.', column_name) AS name FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name LIKE 'oauth\\_%' AND collation_name NOT LIKE '%\\_bin'
       AND column_name NOT IN (${listed(TEXT_COLUMNS)})`,
  hint: (error) =>
    error instanceof Error && /init_connect command failed/.test(error.message)
      ? "The server's init_connect fails, and every connection with it: SELECT @@init_connect, and mend it."
      : null,
  scripts: {
    // Each statement is committed by itself: an upgrade that was ended half-way finds what it has made.
    isThere: (error) => IS_THERE.includes(Number(Reflect.get(Object(error), 'errno'))),
    hasSchema: () =>
      "SELECT 1 AS there FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'oauth_schema'",
    async begin(query) {
      const { rows } = await query(`SELECT GET_LOCK('gatehouse_migrate', ${LOCK_SECONDS}) AS mine`);
      if (Number(rows[0]?.['mine']) !== 1)
        throw new Error(`another node has been at it for ${LOCK_SECONDS} seconds; see whether it still runs.`);
    },
    end: async (query) => void (await query("SELECT RELEASE_LOCK('gatehouse_migrate')")),
  },
};

const LOCK_SECONDS = 300;

/** A table, a column, an index that a repeated script makes once more. */
const IS_THERE = [1050, 1060, 1061];
