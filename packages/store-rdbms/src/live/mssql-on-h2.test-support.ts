import type {
  H2Connection,
  H2Server,
  TdsAnswer,
  TdsConnection,
  TdsHandler,
  TdsRequest,
  TdsValue,
} from '@gatehouse/testkit';
import type { FieldDef } from 'pg';

/** The 64-bit integers of PostgreSQL's protocol, as H2 says them, and the smaller ones. */
const INTEGERS = [20, 21, 23];

/** What SQL Server has and H2 has not: its clock, its catalogue, its collations, how it lays out rows. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [
    /datediff_big\(ms, '1970-01-01', sysutcdatetime\(\)\)/g,
    'CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000 AS bigint)',
  ],
  [/ COLLATE \w+/g, ''],
  [/ NONCLUSTERED| CLUSTERED/g, ''],
  [/ WITH \(ROWLOCK, READPAST\)/, ''],
  [/^IF OBJECT_ID\(.*?\) IS NULL CREATE TABLE/, 'CREATE TABLE IF NOT EXISTS'],
  [/^IF INDEXPROPERTY\(.*?\) IS NULL CREATE (UNIQUE )?INDEX/, 'CREATE $1INDEX IF NOT EXISTS'],
  [/^SELECT CAST\(SERVERPROPERTY.*/, 'SELECT 16 AS "VALUE", 3 AS edition'],
  [/^SELECT CAST\(DATABASEPROPERTYEX.*/, 'SELECT \'READ_WRITE\' AS "VALUE"'],
  [/^SELECT transaction_isolation_level AS value.*/, 'SELECT 2 AS "VALUE"'],
  [/^SELECT CAST\(is_read_committed_snapshot_on.*/, 'SELECT 1 AS "VALUE"'],
  [/^SELECT t\.name \+ '\.' \+ c\.name AS name FROM sys\.columns.*/, 'SELECT 1 AS name WHERE 1 = 0'],
  [/^SELECT i\.name FROM sys\.indexes.*/, 'SELECT index_name AS name FROM information_schema.indexes'],
  [
    /^SELECT t\.name AS table_name, i\.name AS key_name.*/,
    'SELECT table_name, index_schema || index_name AS key_name, column_name FROM information_schema.index_columns WHERE is_unique',
  ],
  [
    /^SELECT 1 AS there WHERE OBJECT_ID\(N'(?:\[\w+\]\.)?(\w+)', N'U'\) IS NOT NULL$/,
    "SELECT 1 AS there FROM information_schema.tables WHERE lower(table_name) = '$1'",
  ],
  [/^DECLARE @mine int;.*/s, 'SELECT 1'],
  [/^SET NOCOUNT OFF; SET LOCK_TIMEOUT \d+$/, 'SELECT 1'],
];

/** SQLSTATE of H2: SQL Server's number. */
const ERRORS: Readonly<Record<string, number>> = {
  23505: 2627,
  40001: 1205,
  HYT00: 1222,
  '42S02': 208,
  '42S03': 208,
  '42S04': 208,
  '42S22': 207,
};

const TAKEN = 'taken';
const BEGUN = 'begun';

/** Answers SQL Server's protocol out of an H2 in SQL Server's mode, which runs the very texts. */
export function mssqlOnH2(h2: H2Server, database: string): TdsHandler {
  return async (request, connection) => {
    const { client } = await takenBy(h2, database, connection);
    try {
      return await answer(client, request, connection);
    } catch (error) {
      return failed(h2, database, connection, error);
    }
  };
}

async function takenBy(h2: H2Server, database: string, connection: TdsConnection): Promise<H2Connection> {
  const { kept } = connection;
  const known = kept.get(TAKEN) as H2Connection | undefined;
  if (known) return known;
  const taken = await h2.take(database, 'MSSQLServer');
  kept.set(TAKEN, taken);
  connection.onEnd(async () => {
    const last = kept.get(TAKEN) as H2Connection;
    // What still runs on it comes first, the beginning of a transaction perhaps.
    await last.client.query('ROLLBACK').then(last.giveBack, last.end);
  });
  return taken;
}

async function answer(
  client: H2Connection['client'],
  { kind, text, parameters }: TdsRequest,
  { kept }: TdsConnection,
): Promise<TdsAnswer> {
  const said = text.replace(/\s+/g, ' ').trim();
  // What the driver says after its login.
  if (/^set /.test(said)) return {};
  if (kind === 'begin' || said === 'BEGIN TRANSACTION') {
    await client.query('BEGIN');
    kept.set(BEGUN, true);
    return { transaction: 'begun' };
  }
  if (kind === 'commit' || said === 'COMMIT TRANSACTION') {
    await client.query('COMMIT');
    kept.delete(BEGUN);
    return { transaction: 'committed' };
  }
  if (kind === 'rollback' || /ROLLBACK TRANSACTION$/.test(said)) {
    if (!kept.has(BEGUN)) return {};
    await client.query('ROLLBACK');
    kept.delete(BEGUN);
    return { transaction: 'rolled back' };
  }
  const inH2 = TEXTS.reduce((one, [pattern, word]) => one.replace(pattern, word), said);
  const values = parameters.map(({ value }) => (typeof value === 'bigint' ? String(value) : value));
  const result = await client.query({
    text: inH2.replace(/@p(\d+)/g, (_, position) => `$${Number(position) + 1}`),
    values,
    rowMode: 'array',
  });
  if (result.fields.length === 0) return { count: result.rowCount ?? 0 };
  const rows = (result.rows as unknown as unknown[][]).map((row) =>
    row.map((value, index) => inTds(value, result.fields[index])),
  );
  return { columns: result.fields.map(({ name }) => name), rows };
}

function inTds(value: unknown, field: FieldDef | undefined): TdsValue {
  if (value === null || value === undefined) return null;
  return field && INTEGERS.includes(field.dataTypeID) ? BigInt(value as string) : String(value);
}

async function failed(h2: H2Server, database: string, { kept }: TdsConnection, error: unknown): Promise<TdsAnswer> {
  const { code = '', message } = error as Error & { code?: string };
  const number = ERRORS[code] ?? 102;
  const spent = kept.get(TAKEN) as H2Connection;
  // With XACT_ABORT every error ends the transaction.
  const begun = kept.delete(BEGUN);
  if (number === 2627 || number === 1205 || number === 1222) {
    if (begun) await spent.client.query('ROLLBACK');
  } else {
    // What H2 refuses before it runs it, it refuses more than once, and pg takes no second word.
    kept.set(TAKEN, await h2.take(database, 'MSSQLServer'));
    spent.end();
  }
  return { error: number, message, ...(begun ? { transaction: 'rolled back' } : {}) };
}
