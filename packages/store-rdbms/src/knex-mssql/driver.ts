/** What is used of tedious, beside what knex uses. */
export interface MssqlDriver {
  readonly TYPES: Readonly<Record<'BigInt' | 'VarChar' | 'NVarChar', MssqlType>>;
  readonly Request: new (text: string, done: (error: unknown) => void) => MssqlRequest;
}

export interface MssqlType {
  readonly declaration: (parameter: unknown) => string;
}

export interface MssqlColumn {
  readonly metadata: { readonly colName: string };
  readonly value: unknown;
}

export interface MssqlRequest {
  readonly parameters: readonly unknown[];
  /** Ends it as the driver would. */
  readonly callback: (error: unknown) => void;
  on(event: 'row', listener: (columns: readonly MssqlColumn[]) => void): unknown;
  on(event: 'done' | 'doneInProc', listener: (rows: number | undefined) => void): unknown;
}

type Done = (error: unknown) => void;

export interface MssqlConnection {
  /** Kept by knex: false as soon as the connection is gone. */
  readonly connected: boolean;
  readonly state: { readonly name: string };
  execSql(request: MssqlRequest): void;
  execSqlBatch(request: MssqlRequest): void;
  beginTransaction(done: Done): void;
  commitTransaction(done: Done): void;
  once(event: 'end', listener: () => void): unknown;
  close(): void;
}

/** The connection is gone, and what was asked of it was not sent. */
export class MssqlGone extends Error {
  override readonly name = 'MssqlGone';
  readonly code = 'ECONNCLOSED';

  constructor() {
    super('The connection was closed.');
  }
}
