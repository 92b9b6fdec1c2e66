import mysql from 'mysql2/promise';
import pg from 'pg';
import { MysqlWire, PostgresqlWire, type Wire } from './wire.test-support.ts';

export type Rows = readonly Readonly<Record<string, unknown>>[];

/** A connection that is not the store's. */
export interface Outside {
  query(text: string): Promise<Rows>;
  end(): Promise<void>;
}

/** What a test does to a database beside the store, and asks of it. */
export interface Product {
  readonly wire: () => Wire;
  /** False: a server that keeps what a lost client has locked for as long as its connection seems to be there. */
  readonly endsSilent?: boolean;
  /** Milliseconds of one call of a store that waits for others on a busy machine. */
  readonly callMs?: number;
  connect(url: string): Promise<Outside>;
  /** The index by which a statement finds its rows; null: it reads a whole table. */
  readonly planOf?: (outside: Outside, text: string) => Promise<string | null>;
}

/** A product that says how it finds rows. */
export type Planned = Required<Pick<Product, 'planOf'>> & Product;

export const POSTGRESQL: Planned = {
  wire: () => new PostgresqlWire(),
  async connect(url) {
    const { hostname, port, username, password, pathname } = new URL(url);
    const client = new pg.Client({
      host: hostname,
      port: Number(port),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database: pathname.slice(1),
      ssl: false,
    });
    client.on('error', () => undefined);
    await client.connect();
    return {
      query: async (text) => (await client.query(text)).rows ?? [],
      end: () => client.end(),
    };
  },
  async planOf(outside, text) {
    const count = new Set(text.match(/\$\d+/g)).size;
    await outside.query('SET plan_cache_mode = force_generic_plan');
    await outside.query(`PREPARE looked_at AS ${text}`);
    try {
      const nothing = count > 0 ? `(${Array.from({ length: count }, () => 'NULL').join(', ')})` : '';
      const rows = await outside.query(`EXPLAIN EXECUTE looked_at${nothing}`);
      const plan = rows.map((row) => String(row['QUERY PLAN'])).join('\n');
      // Few rows are read faster as a whole, and these tables have few.
      if (/Seq Scan on oauth_(?!client)/.test(plan)) return null;
      return (
        /Index (?:Only )?Scan (?:Backward )?using (\w+)|Bitmap Index Scan on (\w+)/
          .exec(plan)
          ?.slice(1)
          .find(Boolean) ?? 'none'
      );
    } finally {
      await outside.query('DEALLOCATE looked_at');
    }
  },
};

export const MYSQL: Planned = {
  wire: () => new MysqlWire(),
  async connect(url) {
    const { hostname, port, username, password, pathname } = new URL(url);
    const connection = await mysql.createConnection({
      host: hostname,
      port: Number(port),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database: pathname.slice(1),
    });
    return {
      query: async (text) => {
        const [rows] = await connection.query(text);
        return Array.isArray(rows) ? (rows as unknown as Rows) : [];
      },
      end: () => connection.end(),
    };
  },
  async planOf(outside, text) {
    const filled = text
      .replace(/LIMIT \?/g, 'LIMIT 1')
      .replace(/purge_at < \?/g, 'purge_at < 1000')
      .replaceAll('?', "'0'");
    const rows = await outside.query(`EXPLAIN FORMAT=TRADITIONAL ${filled}`);
    if (rows.length === 0 || !rows.every((row) => 'key' in row)) throw new Error(`Not a plan: ${JSON.stringify(rows)}`);
    // Of one row: the table of epochs, joined, is read as a whole while it is empty.
    if (rows.some(({ type, table }) => type === 'ALL' && !/^(?:c|<.*>|null)$/.test(String(table)))) return null;
    // A look-up by the primary key that finds nothing is answered while it is planned.
    return String(rows.find((row) => typeof row['key'] === 'string')?.['key'] ?? 'PRIMARY');
  },
};
