import type {
  BindParameter,
  Connection,
  DbType,
  ExecuteManyOptions,
  ExecuteOptions,
  Result as OracleResult,
} from 'oracledb';
import type { Bound } from '../database/engine.ts';
import { inLowerCase } from '../in-lower-case.ts';
import type { Compiled, Result, Row, Value } from '../statement.ts';
import { columnType } from '../tables.ts';

/** What is used of the driver's constants. */
export interface OracleTypes {
  readonly STRING: DbType;
  readonly NUMBER: DbType;
  readonly CLOB: DbType;
  readonly OUT_FORMAT_OBJECT: number;
}

/** Bytes that a text has at most where it is sent as it is; a longer one is sent as a CLOB of its own. */
const LONGEST_STRING = 32_767;

/** Bytes of any key. */
const LONGEST_KEY = 255;

/** Statements on a connection of Oracle's driver: what is changed, when it is committed, and how values are bound. */
export class OracleExecutor {
  readonly #types: OracleTypes;
  readonly #inTransaction = new WeakSet<Connection>();
  readonly #read: ExecuteOptions;

  constructor(types: OracleTypes) {
    this.#types = types;
    this.#read = {
      outFormat: types.OUT_FORMAT_OBJECT,
      // As a text with its row, and not as a stream to be read afterwards; the driver's own switch is for the whole process.
      fetchTypeHandler: ({ dbTypeName }) => (dbTypeName === 'CLOB' ? { type: types.STRING } : undefined) as never,
    };
  }

  /** A transaction begins with its first statement. */
  begin(connection: Connection): void {
    this.#inTransaction.add(connection);
  }

  async commit(connection: Connection): Promise<void> {
    this.#inTransaction.delete(connection);
    await connection.commit();
  }

  async rollback(connection: Connection): Promise<void> {
    this.#inTransaction.delete(connection);
    await connection.rollback();
  }

  async query(connection: Connection, text: string): Promise<Result> {
    return resultOf(await connection.execute(text, [], { ...this.#read, autoCommit: true }));
  }

  async execute(connection: Connection, { text, reads, order }: Compiled, values: Bound): Promise<Result> {
    const autoCommit = !this.#inTransaction.has(connection);
    const columns = values.filter((value) => Array.isArray(value)) as readonly (readonly Value[])[];
    const [column] = columns;
    if (column === undefined) {
      const bound = order.map((name, index) => this.#bind(name, values[index] as Value));
      return resultOf(await connection.execute(text, bound, { ...this.#read, autoCommit: autoCommit && !reads }));
    }
    const rows = column.map((_, row) => values.map((value) => (Array.isArray(value) ? value[row] : value) as Value));
    // Those before one that is refused stay: who ends the transaction decides about them.
    if (autoCommit) throw new TypeError('Several rows are sent within a transaction.');
    return { rows: [], count: await this.#executeRows(connection, text, order, rows) };
  }

  async #executeRows(
    connection: Connection,
    text: string,
    order: readonly string[],
    rows: readonly (readonly Value[])[],
  ): Promise<number> {
    const sizes = order.map((name, index) => (columnType(name) === 'text' ? longest(rows, index) : LONGEST_KEY));
    if (sizes.some((size) => size > LONGEST_STRING)) {
      let count = 0;
      for (const row of rows) {
        const bound = order.map((name, index) => this.#bind(name, row[index] as Value));
        count += (await connection.execute(text, bound, { autoCommit: false })).rowsAffected ?? 0;
      }
      return count;
    }
    const bindDefs = order.map((name, index) =>
      isNumber(name, rows, index)
        ? { type: this.#types.NUMBER }
        : { type: this.#types.STRING, maxSize: Math.max(1, sizes[index] ?? 1) },
    );
    const options: ExecuteManyOptions = { autoCommit: false, bindDefs };
    const { rowsAffected } = await connection.executeMany(
      text,
      rows.map((row) => [...row]),
      options,
    );
    return rowsAffected ?? 0;
  }

  #bind(name: string, value: Value): BindParameter {
    if (typeof value === 'number' || (value === null && columnType(name) === 'integer'))
      return { val: value, type: this.#types.NUMBER };
    const long = value !== null && columnType(name) === 'text' && Buffer.byteLength(value) > LONGEST_STRING;
    return { val: value, type: long ? this.#types.CLOB : this.#types.STRING };
  }
}

function longest(rows: readonly (readonly Value[])[], index: number): number {
  return Math.max(...rows.map((row) => Buffer.byteLength(String(row[index] ?? ''))));
}

function isNumber(name: string, rows: readonly (readonly Value[])[], index: number): boolean {
  return columnType(name) === 'integer' || rows.some((row) => typeof row[index] === 'number');
}

function resultOf({ rows, rowsAffected }: OracleResult<unknown>): Result {
  const read = (rows ?? []) as readonly Row[];
  return { rows: read.map(inLowerCase), count: rowsAffected ?? read.length };
}
