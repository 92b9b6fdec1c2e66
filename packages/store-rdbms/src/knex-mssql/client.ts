import { createRequire } from 'node:module';
import type { Result, Row } from '../statement.ts';
import type { MssqlBinding } from './bindings.ts';
import { type MssqlConnection, MssqlGone, type MssqlRequest } from './driver.ts';

interface Query {
  readonly sql: string;
  readonly bindings: readonly MssqlBinding[];
  response?: Result;
}

export interface KnexMssqlClient {
  readonly driver: unknown;
  connectionSettings: unknown;
  _makeRequest(query: Query, done: (error: unknown) => void): MssqlRequest;
  _assignBindings(request: MssqlRequest, bindings: readonly MssqlBinding[]): void;
}

const Base = createRequire(import.meta.url)('knex/lib/dialects/mssql/index.js') as new (
  config: unknown,
) => KnexMssqlClient;

/**
 * knex's client for SQL Server, with its queue of requests mended. There is one of it for all connections of all clients
 * in the process: a statement that comes while its connection is busy is taken by whichever connection is idle next, of
 * another database even, and one that comes after its connection is gone stays there for ever.
 */
export class MssqlClient extends Base {
  readonly #queues = new WeakMap<MssqlConnection, MssqlRequest[]>();

  _query(connection: MssqlConnection, query: Query): Promise<Query> {
    return new Promise((resolve, reject) => {
      if (!connection.connected) {
        reject(new MssqlGone());
        return;
      }
      const rows: Row[] = [];
      let count: number | undefined;
      const request = this._makeRequest(query, (error) => {
        process.nextTick(() => this._chomp(connection));
        if (error) reject(error);
        else {
          query.response = { rows, count: count ?? rows.length };
          resolve(query);
        }
      });
      request.on('row', (columns) =>
        rows.push(Object.fromEntries(columns.map(({ metadata, value }) => [metadata.colName, value]))),
      );
      // The last that was counted is the statement's own; a trigger's come before.
      const counted = (changed: number | undefined): void => {
        count = changed ?? count;
      };
      request.on('done', counted);
      request.on('doneInProc', counted);
      this._assignBindings(request, query.bindings);
      this._enqueueRequest(request, connection);
    });
  }

  _enqueueRequest(request: MssqlRequest, connection: MssqlConnection): void {
    let queue = this.#queues.get(connection);
    if (!queue) {
      const made: MssqlRequest[] = [];
      queue = made;
      this.#queues.set(connection, made);
      connection.once('end', () => {
        for (const waiting of made.splice(0)) waiting.callback(new MssqlGone());
      });
    }
    queue.push(request);
    this._chomp(connection);
  }

  _chomp(connection: MssqlConnection): void {
    if (connection.state.name !== 'LoggedIn') return;
    const request = this.#queues.get(connection)?.shift();
    if (!request) return;
    // What a text with parameters sets ends with it: it runs inside of sp_executesql.
    if (request.parameters.length > 0) connection.execSql(request);
    else connection.execSqlBatch(request);
  }
}
