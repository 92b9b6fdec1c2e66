import { readSecret, tlsOf } from '@gatehouse/connection';
import type { ConnectionSettings } from '../connection/settings.ts';
import type { Bound, Engine } from '../database/engine.ts';
import type { DriverContext } from '../dialects/dialect.ts';
import { bindingsOf, mapBinding } from '../knex-mssql/bindings.ts';
import { MssqlClient } from '../knex-mssql/client.ts';
import { type MssqlConnection, type MssqlDriver, MssqlGone } from '../knex-mssql/driver.ts';
import type { Result } from '../statement.ts';
import { importDriver } from './import-driver.ts';
import { type ClientClass, openKnexPool } from './knex-pool.ts';

export async function mssqlEngine(
  settings: ConnectionSettings,
  { log }: DriverContext,
): Promise<Engine<MssqlConnection>> {
  const driver = (await importDriver('tedious', () => import('tedious'))) as unknown as MssqlDriver;
  const pool = openKnexPool<MssqlConnection>(
    {
      dialect: MssqlClient as unknown as ClientClass<MssqlConnection>,
      driver,
      connection: () => connecting(settings),
      begin: async (connection) =>
        void (await run(connection, `SET NOCOUNT OFF; SET LOCK_TIMEOUT ${settings.timeouts.lockMs}`)),
      cut: (connection) => connection.close(),
    },
    settings,
    log,
  );
  const client = pool.client as unknown as MssqlClient;
  const bind = bindingsOf(driver);
  const run = async (
    connection: MssqlConnection,
    sql: string,
    order: readonly string[] = [],
    values: Bound = [],
  ): Promise<Result> => {
    const bindings = order.map((name, index) => bind(name, values[index] as string | number | null));
    const { response } = await client._query(connection, { sql, bindings });
    return response as Result;
  };
  return {
    acquire: pool.acquire,
    release: pool.release,
    discard: pool.discard,
    execute: (connection, { text, order }, values) => run(connection, text, order, values),
    begin: (connection) => told(connection, (done) => connection.beginTransaction(done)),
    commit: (connection) => told(connection, (done) => connection.commitTransaction(done)),
    // An error has ended it already (XACT_ABORT), and a second end would be one more.
    rollback: async (connection) => void (await run(connection, 'IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION')),
    query: run,
    pool: pool.pool,
    destroy: pool.destroy,
  };
}

function told(connection: MssqlConnection, send: (done: (error: unknown) => void) => void): Promise<void> {
  if (!connection.connected) return Promise.reject(new MssqlGone());
  return new Promise((resolve, reject) => send((error) => (error ? reject(error) : resolve())));
}

/** knex's names for it; its own defaults are no TLS and fifteen seconds. */
async function connecting(settings: ConnectionSettings): Promise<unknown> {
  const { host, port, user, password, database, protection, timeouts, driverOptions } = settings;
  const tls = await tlsOf(settings);
  const { servername, ca, cert, key, minVersion } = tls === false ? {} : tls;
  return {
    server: host,
    ...(port === null ? {} : { port }),
    ...(user === null ? {} : { userName: user }),
    ...(password === null ? {} : { password: await readSecret('password of the store', password) }),
    ...(database === null ? {} : { database }),
    connectionTimeout: timeouts.connectMs,
    // 0: none.
    requestTimeout: timeouts.statementMs,
    options: {
      ...driverOptions,
      appName: 'gatehouse',
      mapBinding,
      encrypt: driverOptions['encrypt'] === 'strict' ? 'strict' : protection !== 'plaintext',
      trustServerCertificate: protection !== 'verified',
      ...(servername === undefined ? {} : { serverName: servername }),
      ...(tls === false ? {} : { cryptoCredentialsDetails: { ca, cert, key, minVersion } }),
      // READ COMMITTED, and every error ends the transaction.
      isolationLevel: READ_COMMITTED,
      connectionIsolationLevel: READ_COMMITTED,
      abortTransactionOnError: true,
    },
  };
}

/** Of `tedious.ISOLATION_LEVEL`. */
const READ_COMMITTED = 2;
