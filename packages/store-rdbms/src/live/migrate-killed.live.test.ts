import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { splitScript } from '@gatehouse/connection';
import { makeNextRelease, type NextRelease } from '@gatehouse/testkit';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Connection, migrate, RdbmsStore } from '../index.ts';
import { upgradesFrom, wholeSchema } from '../migrate/scripts.ts';
import { SCHEMA_VERSION } from '../tables.ts';
import { patient } from './conformance-target.test-support.ts';
import { CHANGES, startMigrating } from './migrating-process.test-support.ts';
import type { Outside } from './product.test-support.ts';
import { attempt, newGrant } from './records.test-support.ts';
import { onEach } from './servers.test-support.ts';
import { StatementCutter } from './statement-cutter.test-support.ts';

const THIS_RELEASE = new URL('../index.ts', import.meta.url).href;

let next: NextRelease;
beforeAll(async () => {
  next = await makeNextRelease();
});
afterAll(() => next.remove());

/** An empty database, and processes that migrate it until they are killed at one of their statements. */
interface Killing {
  readonly connection: Connection;
  readonly outside: Pick<Outside, 'query'>;
  migrating(stores: string, at: number, when: 'before' | 'after'): Promise<'killed' | 'done'>;
}

/** All there is to know of tables and indexes, as the database says it. */
const SHAPE: Readonly<Record<'postgresql' | 'mysql' | 'sqlite', readonly string[]>> = {
  postgresql: [
    `SELECT table_name, column_name, data_type, character_maximum_length, collation_name, is_nullable
       FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, column_name`,
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname",
    'SELECT version, checksum, minimum_version FROM oauth_schema ORDER BY version',
    'SELECT lease_name FROM oauth_lease',
  ],
  mysql: [
    `SELECT table_name, column_name, column_type, collation_name, is_nullable
       FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, column_name`,
    `SELECT table_name, index_name, seq_in_index, column_name, non_unique
       FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index`,
    'SELECT version, checksum, minimum_version FROM oauth_schema ORDER BY version',
    'SELECT lease_name FROM oauth_lease',
  ],
  sqlite: [
    'SELECT name, tbl_name, sql FROM sqlite_master ORDER BY name',
    'SELECT version, checksum, minimum_version FROM oauth_schema ORDER BY version',
    'SELECT lease_name FROM oauth_lease',
  ],
};

function prove(dialect: keyof typeof SHAPE, empty: () => Promise<Killing>): void {
  /** Kills one process after the other, each at the statement after the last one's, until one comes to its end. */
  const killAtEach = async ({ migrating }: Killing, stores: string): Promise<number> => {
    for (let at = 0; ; at++) if ((await migrating(stores, at, at % 2 === 0 ? 'before' : 'after')) === 'done') return at;
  };
  const shapeOf = async ({ outside }: Killing): Promise<unknown> => {
    const shape = [];
    for (const text of SHAPE[dialect]) shape.push(await outside.query(text));
    return shape;
  };
  /** The same, by processes that nobody kills. */
  const unkilled = async (...releases: readonly string[]): Promise<unknown> => {
    const database = await empty();
    for (const stores of releases) expect(await database.migrating(stores, -1, 'before')).toBe('done');
    return shapeOf(database);
  };

  test('[store-60] a migration whose process is killed at any of its statements is finished by the next', async () => {
    const database = await empty();
    const { text } = wholeSchema(dialect, SCHEMA_VERSION);
    const kills = await killAtEach(database, THIS_RELEASE);
    expect(kills).toBeGreaterThanOrEqual(splitScript(text).length);
    expect(await shapeOf(database)).toEqual(await unkilled(THIS_RELEASE));
    const store = new RdbmsStore({ connection: database.connection, namespace: 'https://a.example' });
    await store.open();
    await store.close();
  });

  test('[store-60] so is an upgrade of a database with rows', async () => {
    const database = await empty();
    const { connection, outside } = database;
    await migrate({ connection });
    const store = new RdbmsStore({ connection, namespace: 'https://a.example' });
    onTestFinished(() => store.close());
    await store.open();
    const grants = [newGrant(), newGrant()];
    await store.write({ attempt: attempt(), add: grants });

    expect(upgradesFrom(dialect, SCHEMA_VERSION)).toEqual([]);
    // Two files with two statements and one, each with its row. Where each statement is committed by itself, the second
    // begins where the first has its row.
    expect(await killAtEach(database, next.stores)).toBeGreaterThanOrEqual(4);
    expect(await shapeOf(database)).toEqual(await unkilled(THIS_RELEASE, next.stores));
    const filled = await outside.query(`SELECT created_at, ${next.column} AS filled FROM oauth_grant`);
    expect(filled).toHaveLength(2);
    for (const row of filled) expect(row['filled']).toEqual(row['created_at']);
    // The older release, whose connections were there all the time.
    for (const { key } of grants) expect(await store.find('grant', key)).toMatchObject({ version: 1 });
    await store.write({ attempt: attempt(), add: [newGrant()] });
  });
}

await onEach(['postgresql18', 'mysql9', 'mariadb11'], async (server, product) => {
  const cutter = await StatementCutter.start(server, product.wire, CHANGES);
  afterAll(() => cutter.close());

  prove(server.what.startsWith('PostgreSQL') ? 'postgresql' : 'mysql', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    const through = patient(database.url);
    through.hostname = '127.0.0.1';
    through.port = String(cutter.port);
    return {
      connection: patient(database.url),
      outside,
      migrating: (stores, at, when) => {
        const process = startMigrating(stores, through.href);
        cutter.cutAt(at, when, process.kill);
        return process.ended;
      },
    };
  });
});

prove('sqlite', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-killed-'));
  const connection = { dialect: 'sqlite', file: path.join(folder, 'store.db') } as const;
  const outside = new Database(connection.file);
  onTestFinished(() => {
    outside.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    connection,
    outside: { query: async (text) => outside.prepare<[], Readonly<Record<string, unknown>>>(text).all() },
    migrating: (stores, at, when) => startMigrating(stores, connection, { at, when }).ended,
  };
});
