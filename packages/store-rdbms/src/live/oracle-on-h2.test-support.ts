import type { H2Connection, H2Server } from '@gatehouse/testkit';

/**
 * A module that has the face of `oracledb` and runs what it is given on an H2 in Oracle's mode: the text and its
 * parameters, rows changed, what is committed when, and Oracle's numbers for what goes wrong. It is strict where Oracle
 * is: a value of another type than was said, or longer, is refused.
 */
export function oracleOnH2(h2: H2Server) {
  return {
    STRING: 'STRING',
    NUMBER: 'NUMBER',
    CLOB: 'CLOB',
    OUT_FORMAT_OBJECT: 4002,
    getConnection: async ({ connectString }: { connectString: string }) => {
      const database = String(connectString.split('/').at(-1));
      const take = () => h2.take(database, 'Oracle');
      return new Connection(await take(), take);
    },
  };
}

type Type = 'STRING' | 'NUMBER' | 'CLOB';
type Value = string | number | null;
interface Bound {
  readonly val: Value;
  readonly type: Type;
}
interface Options {
  readonly autoCommit?: boolean;
  readonly outFormat?: number;
  readonly fetchTypeHandler?: (column: { dbTypeName: string }) => { type: Type } | undefined;
  readonly bindDefs?: readonly { readonly type: Type; readonly maxSize?: number }[];
}

/** What Oracle has and H2 has not: its clock, its catalogue and its settings. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [
    /round\(\(CAST\(sys_extract_utc\(systimestamp\) AS DATE\) - DATE '1970-01-01'\) \* 86400\) \* 1000(?: \+ to_number\(to_char\(sys_extract_utc\(systimestamp\), 'FF3'\)\))?/g,
    'CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000 AS BIGINT)',
  ],
  [/^SELECT MAX\(version\) AS value FROM product_component_version .*/, 'SELECT \'19.0.0.0.0\' AS "VALUE" FROM dual'],
  [/^SELECT value FROM nls_database_parameters .*/, 'SELECT \'AL32UTF8\' AS "VALUE" FROM dual'],
  [/^SELECT value FROM nls_session_parameters .*/, 'SELECT \'BINARY\' AS "VALUE" FROM dual'],
  [
    /\bFROM all_indexes WHERE table_name LIKE ('\w+%') AND table_owner = .*/,
    'FROM information_schema.indexes WHERE upper(table_name) LIKE $1',
  ],
  [/^SELECT .* FROM all_tab_columns .*/, 'SELECT 1 AS name FROM dual WHERE 1 = 0'],
  [
    /\bFROM all_tables WHERE table_name = '(\w+)'\s+AND owner = .*/,
    "FROM information_schema.tables WHERE upper(table_name) = '$1'",
  ],
  [
    /^SELECT i\.table_name, i\.index_name AS key_name.*/,
    'SELECT table_name, index_schema || index_name AS key_name, column_name FROM information_schema.index_columns WHERE is_unique',
  ],
  [/^ALTER SESSION SET DDL_LOCK_TIMEOUT = \d+$/, 'SELECT 1 FROM dual'],
];

/** SQLSTATE of H2: Oracle's number. */
const ERRORS: Readonly<Record<string, number>> = {
  23505: 1,
  40001: 60,
  // Where Oracle would wait on.
  HYT00: 30006,
  '42S02': 942,
  '42S03': 942,
  '42S04': 942,
  '42S22': 904,
  '42S01': 955,
  '42S11': 955,
};

class Connection {
  callTimeout = 0;
  #taken: H2Connection;
  readonly #again: () => Promise<H2Connection>;
  #begun = false;
  #healthy = true;

  constructor(taken: H2Connection, again: () => Promise<H2Connection>) {
    this.#taken = taken;
    this.#again = again;
  }

  isHealthy(): boolean {
    return this.#healthy;
  }

  async execute(text: string, binds: readonly Bound[], options: Options = {}) {
    for (const { val, type } of binds) check(val, type);
    const reads = /^\s*SELECT/i.test(text);
    const { rows, rowCount } = await this.#run(
      text,
      binds.map(({ val }) => val),
      reads,
    );
    if (options.autoCommit) await this.commit();
    if (!reads) return { rowsAffected: rowCount ?? 0 };
    if (options.outFormat !== 4002 || options.fetchTypeHandler?.({ dbTypeName: 'CLOB' })?.type !== 'STRING')
      throw new TypeError('Rows would come as arrays, and a CLOB as a stream.');
    // Names that are not in quotes come in capitals.
    return {
      rows: rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toUpperCase(), value])),
      ),
    };
  }

  /** Stops at the row that is refused; those before it stay part of the transaction. */
  async executeMany(text: string, rows: readonly (readonly Value[])[], { autoCommit, bindDefs = [] }: Options) {
    for (const row of rows)
      for (const [index, value] of row.entries()) {
        const { type, maxSize } = bindDefs[index] ?? { type: 'STRING' as const };
        check(value, type);
        if (typeof value === 'string' && Buffer.byteLength(value) > (maxSize ?? 0))
          throw oracleError('NJS-055', 'The value is longer than its bindDef says.');
      }
    let rowsAffected = 0;
    for (const row of rows) rowsAffected += (await this.#run(text, row, false)).rowCount ?? 0;
    if (autoCommit) await this.commit();
    return { rowsAffected };
  }

  async commit(): Promise<void> {
    if (this.#begun) await this.#taken.client.query('COMMIT');
    this.#begun = false;
  }

  async rollback(): Promise<void> {
    if (this.#begun) await this.#taken.client.query('ROLLBACK');
    this.#begun = false;
  }

  async close(): Promise<void> {
    this.#healthy = false;
    await this.rollback();
    this.#taken.giveBack();
  }

  async #run(oracle: string, values: readonly Value[], reads: boolean) {
    const text = TEXTS.reduce(
      (said, [pattern, word]) => said.replace(pattern, word),
      oracle.replace(/\s+/g, ' ').trim(),
    );
    // As there: a transaction begins with the first change.
    if (!reads && !this.#begun) {
      await this.#taken.client.query('BEGIN');
      this.#begun = true;
    }
    try {
      return await this.#taken.client.query({ text: text.replace(/:(\d+)/g, '$$$1'), values: [...values] });
    } catch (error) {
      throw await this.#translated(error);
    }
  }

  async #translated(error: unknown): Promise<Error> {
    const { code = '', message } = error as Error & { code?: string };
    const number = ERRORS[code];
    if (number !== undefined && number !== 942)
      return oracleError(`ORA-${String(number).padStart(5, '0')}`, message, number);
    // What H2 refuses before it runs it, it refuses more than once, and pg takes no second word.
    this.#taken.end();
    this.#taken = await this.#again();
    this.#begun = false;
    return oracleError(number === undefined ? 'ORA-00900' : 'ORA-00942', message, number ?? 900);
  }
}

function check(value: Value, type: Type): void {
  const fits = value === null || (type === 'NUMBER' ? typeof value === 'number' : typeof value === 'string');
  if (!fits) throw oracleError('NJS-011', `A bind value is no ${type}.`);
  if (value === '') throw new TypeError('Oracle takes an empty text for null.');
  if (type === 'STRING' && value !== null && Buffer.byteLength(String(value)) > 32_767)
    throw oracleError('ORA-01461', 'A text of more than 32767 bytes is bound as a CLOB.', 1461);
}

function oracleError(code: string, message: string, errorNum?: number): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code, ...(errorNum === undefined ? {} : { errorNum }) });
}
