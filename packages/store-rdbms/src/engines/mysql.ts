import { connect, isIP } from 'node:net';
import { readSecret, tlsOf } from '@gatehouse/connection';
import { StoreError } from '@gatehouse/core';
import type { Connection, ConnectionOptions, QueryError, TypedParameter } from 'mysql2';
import type { ConnectionSettings } from '../connection/settings.ts';
import type { Bound, Engine } from '../database/engine.ts';
import type { DriverContext } from '../dialects/dialect.ts';
import type { Result, Row } from '../statement.ts';
import { importDriver } from './import-driver.ts';
import { openKnexPool } from './knex-pool.ts';

type Integer = (value: number) => unknown;

/** A transaction that nobody goes on with is ended by the server after this. */
const IDLE_IN_TRANSACTION_S = 10;

export async function mysqlEngine(settings: ConnectionSettings, { log }: DriverContext): Promise<Engine<Connection>> {
  const { default: driver } = await importDriver('mysql2', () => import('mysql2'));
  const types = (driver as unknown as { TypedParameter: TypedParameter }).TypedParameter;
  const integer: Integer = (value) => types.LONGLONG(value);
  const pool = openKnexPool<Connection>(
    {
      dialect: 'mysql2',
      driver,
      connection: () => connectionOptions(settings),
      begin: (connection) => beginSession(connection, settings),
      cut,
    },
    settings,
    log,
  );
  return {
    acquire: pool.acquire,
    release: pool.release,
    discard: pool.discard,
    execute: (connection, { text }, values) => execute(connection, text, values, integer),
    begin: async (connection) => void (await query(connection, 'START TRANSACTION')),
    commit: async (connection) => void (await query(connection, 'COMMIT')),
    rollback: async (connection) => void (await query(connection, 'ROLLBACK')),
    query,
    pool: pool.pool,
    destroy: pool.destroy,
  };
}

async function connectionOptions(settings: ConnectionSettings): Promise<ConnectionOptions> {
  const { host, port, socket, user, password, database, timeouts, protection, tls, driverOptions } = settings;
  const ssl = await tlsOf(settings);
  const verified = protection === 'verified';
  // The driver checks a certificate's name against `host`, and an address against nothing of ours.
  const name = tls.serverName ?? host ?? '';
  if (verified && isIP(name) !== 0)
    throw new StoreError(
      'config',
      `The certificate of ${name} cannot be verified by its address: name the host, or its name by \`serverName\`.`,
    );
  const elsewhere = tls.serverName !== undefined && socket === null;
  return {
    ...driverOptions,
    host: name,
    ...(port === null ? {} : { port }),
    ...(socket === null ? {} : { socketPath: socket }),
    ...(elsewhere ? { stream: () => connect({ host: host ?? '', port: port ?? 3306 }) } : {}),
    ...(user === null ? {} : { user }),
    ...(database === null ? {} : { database }),
    ...(password === null ? {} : { password: await readSecret('password of the store', password) }),
    ...(ssl === false ? {} : { ssl: { ...(ssl as object), verifyIdentity: verified } }),
    charset: 'utf8mb4',
    connectTimeout: timeouts.connectMs,
    enableKeepAlive: true,
    // Integers come as numbers; what is no safe one comes as a text, and is refused.
    supportBigNumbers: true,
    multipleStatements: false,
  };
}

/** The driver's `destroy` waits for the server to close its end: of one that is silent the sockets would never go. */
function cut(connection: Connection): void {
  connection.destroy();
  (connection as unknown as { stream: { destroy(): void } }).stream.destroy();
}

/** Each of these is the difference between one winner and two, or between a text and a part of it. */
async function beginSession(connection: Connection, settings: ConnectionSettings): Promise<void> {
  await query(connection, 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  const { rows } = await query(connection, 'SELECT VERSION() AS version');
  const limits = /mariadb/i.test(String(rows[0]?.['version'])) ? MARIADB_LIMITS : MYSQL_LIMITS;
  await query(
    connection,
    `SET SESSION autocommit = 1, sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = ${seconds(settings.timeouts.lockMs)}, ${limits(settings)}`,
  );
}

/** How long a statement may take, and how long a transaction that nobody goes on with may hold its rows. */
const MARIADB_LIMITS = ({ timeouts }: ConnectionSettings): string =>
  `max_statement_time = ${timeouts.statementMs / 1000}, idle_transaction_timeout = ${IDLE_IN_TRANSACTION_S}`;

/** MySQL ends idle connections alone, in a transaction or not: it must not be sooner than the pool does. */
const MYSQL_LIMITS = ({ timeouts, pool }: ConnectionSettings): string =>
  `max_execution_time = ${timeouts.statementMs}, wait_timeout = ${Math.ceil(pool.idleMs / 1000) + 2}`;

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

/** Prepared once for each connection. A number is bound as what it is: the driver's own choice is a floating one. */
function execute(connection: Connection, sql: string, values: Bound, integer: Integer): Promise<Result> {
  const bound = values.map((value) => (typeof value === 'number' ? integer(value) : value)) as (string | null)[];
  return new Promise((resolve, reject) => {
    connection.execute(sql, bound, (error: QueryError | null, answer: unknown) =>
      error ? reject(error) : resolve(resultOf(answer)),
    );
  });
}

function query(connection: Connection, text: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    connection.query(text, (error: QueryError | null, answer: unknown) =>
      error ? reject(error) : resolve(resultOf(answer)),
    );
  });
}

function resultOf(answer: unknown): Result {
  if (Array.isArray(answer)) return { rows: answer as Row[], count: answer.length };
  return { rows: [], count: Number(Reflect.get(Object(answer), 'affectedRows') ?? 0) };
}
