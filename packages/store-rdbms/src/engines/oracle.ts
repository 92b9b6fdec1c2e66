import { readSecret, refuse, tlsOf } from '@gatehouse/connection';
import type { Connection, ConnectionAttributes } from 'oracledb';
import type { ConnectionSettings } from '../connection/settings.ts';
import type { Bound, Engine } from '../database/engine.ts';
import type { DriverContext } from '../dialects/dialect.ts';
import { OracleClient } from '../knex-oracle/client.ts';
import { importDriver } from './import-driver.ts';
import { type ClientClass, openKnexPool } from './knex-pool.ts';
import { OracleExecutor } from './oracle-executor.ts';
import { walletOfAuthority } from './oracle-wallet.ts';

export async function oracleEngine(settings: ConnectionSettings, { log }: DriverContext): Promise<Engine<Connection>> {
  const { default: driver } = await importDriver('oracledb', () => import('oracledb'));
  const pool = openKnexPool<Connection>(
    {
      dialect: OracleClient as unknown as ClientClass<Connection>,
      driver,
      connection: () => attributes(settings),
      begin: async (connection) => {
        // The server ends no statement by itself, and who waits for a row would wait for ever. 0: no limit.
        connection.callTimeout = settings.timeouts.statementMs;
      },
    },
    settings,
    log,
  );
  const executor = new OracleExecutor(driver);
  return {
    acquire: pool.acquire,
    release: pool.release,
    discard: pool.discard,
    execute: (connection, statement, values: Bound) => executor.execute(connection, statement, values),
    begin: async (connection) => executor.begin(connection),
    commit: (connection) => executor.commit(connection),
    rollback: (connection) => executor.rollback(connection),
    query: (connection, text) => executor.query(connection, text),
    rowsOneByOne: true,
    pool: pool.pool,
    destroy: pool.destroy,
  };
}

async function attributes(settings: ConnectionSettings): Promise<ConnectionAttributes> {
  const { host, port, socket, user, password, database, timeouts, driverOptions } = settings;
  if (socket !== null) refuse('Oracle is reached by host and port: leave `socket` out.');
  if (database === null) refuse('The Oracle store names a service: oracle://user@host/service.');
  const secure = await protection(settings);
  const place = `${host?.includes(':') ? `[${host}]` : host}:${port}/${database}`;
  return {
    ...driverOptions,
    ...(user === null ? {} : { user }),
    ...(password === null ? {} : { password: await readSecret('password of the store', password) }),
    connectString: secure === null ? place : `tcps://${place}`,
    connectTimeout: Math.max(1, Math.ceil(timeouts.connectMs / 1000)),
    ...secure,
  } as ConnectionAttributes;
}

/** The certificate's chain and name are verified, by the public authorities where none is named. */
async function protection(settings: ConnectionSettings): Promise<Partial<ConnectionAttributes> | null> {
  const { protection: wanted, tls } = settings;
  if (wanted === 'plaintext') return null;
  if (wanted === 'unverified')
    refuse("Oracle's driver always verifies the server: name its certificate authority by `ca`.");
  if (tls.serverName !== undefined)
    refuse(
      "Oracle's driver verifies the name it connects to: leave `serverName` out, or name the certificate by sslServerCertDN.",
    );
  const given = await tlsOf(settings);
  const { ca, cert, key } = given === false ? {} : given;
  if (cert !== undefined && key !== undefined)
    // The first certificate of a wallet is the client's own.
    return { sslServerDNMatch: true, walletContent: [cert, key, ca ?? ''].join('\n') };
  return { sslServerDNMatch: true, ...(ca === undefined ? {} : { walletContent: walletOfAuthority(String(ca)) }) };
}
