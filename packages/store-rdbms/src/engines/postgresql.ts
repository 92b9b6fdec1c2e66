import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import { readSecret, tlsOf } from '@gatehouse/connection';
import type { Client, ClientConfig, QueryResult } from 'pg';
import type { ConnectionSettings } from '../connection/settings.ts';
import type { Bound, Engine } from '../database/engine.ts';
import type { DriverContext } from '../dialects/dialect.ts';
import type { Compiled, Result } from '../statement.ts';
import { importDriver } from './import-driver.ts';
import { openKnexPool } from './knex-pool.ts';
import { PipelinedReader, streamOf } from './pipelined-reader.ts';

/** A transaction that nobody goes on with is ended by the server after this. */
const IDLE_IN_TRANSACTION_MS = 10_000;

export async function postgresqlEngine(settings: ConnectionSettings, { log }: DriverContext): Promise<Engine<Client>> {
  const { default: pg } = await importDriver('pg', () => import('pg'));
  const OwnClient = ownClient(pg.Client);
  const pool = openKnexPool<Client>(
    {
      dialect: 'postgres',
      driver: { ...pg, Client: OwnClient },
      connection: () => clientConfig(settings),
      cut: (client) => streamOf(client).destroy(),
    },
    settings,
    log,
  );
  const { pipelining, pooler } = settings;
  const reader =
    pipelining && pooler === null
      ? new PipelinedReader(OwnClient, () => clientConfig(settings), settings.pool.lifetimeMs, resultOf)
      : null;
  return {
    ...(reader && {
      read: (statement: Compiled, values: Bound) => reader.read(statement, values),
      cutReads: () => reader.cut(),
    }),
    acquire: pool.acquire,
    release: pool.release,
    discard: pool.discard,
    execute: (client, statement, values) => execute(client, settings, statement, values),
    begin: async (client) => void (await client.query('BEGIN')),
    async commit(client) {
      const { command } = await client.query('COMMIT');
      // A transaction that had failed answers a COMMIT without an error.
      if (command !== 'COMMIT')
        throw Object.assign(new Error('The COMMIT was answered by a ROLLBACK.'), { code: '40000' });
    },
    rollback: async (client) => void (await client.query('ROLLBACK')),
    query: async (client, text) => resultOf(await client.query(text)),
    pool: pool.pool,
    destroy: async () => void (await Promise.all([pool.destroy(), reader?.close()])),
  };
}

type ClientClass = new (config: ClientConfig) => Client;

/**
 * The driver takes what is not given from the environment, and nothing is no value to give: `PGOPTIONS`, `PGREPLICATION`.
 * And it leaves a connection open that it could not use: the server then waits for a minute for a password.
 */
function ownClient(Base: ClientClass): ClientClass {
  return class extends Base {
    override async connect(): Promise<Client> {
      try {
        await super.connect();
        return this;
      } catch (error) {
        streamOf(this).destroy();
        throw error;
      }
    }

    constructor(config: ClientConfig) {
      super(config);
      const { connectionParameters } = this as unknown as { connectionParameters: Record<string, unknown> };
      for (const name of ['options', 'replication']) connectionParameters[name] = Reflect.get(config, name);
    }
  };
}

/** Every member is given, so that none is taken from the environment (`PGUSER`, `PGSSLMODE`, `PGPASSWORD` …). */
async function clientConfig(settings: ConnectionSettings): Promise<ClientConfig> {
  const { host, port, socket, user, password, database, timeouts, pooler, driverOptions } = settings;
  // Before there is a connection: the server waits for a minute for a password that does not come.
  const text = password === null ? '' : await readSecret('password of the store', password);
  return {
    sslnegotiation: 'postgres',
    client_encoding: 'utf8',
    ...driverOptions,
    host: socket ?? host ?? '',
    ...(port === null ? {} : { port }),
    ...(user === null ? {} : { user }),
    ...(database === null ? {} : { database }),
    // A function, since an empty text would be looked for in the environment and in files.
    password: () => text,
    ssl: named(await tlsOf(settings)),
    application_name: 'gatehouse',
    connectionTimeoutMillis: timeouts.connectMs,
    keepAlive: true,
    // A pooler that keeps no session passes none of these on: it would leave them to a stranger.
    ...(pooler === 'transaction'
      ? {}
      : {
          statement_timeout: timeouts.statementMs,
          lock_timeout: timeouts.lockMs,
          idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
          options: '-c default_transaction_isolation=read\\ committed',
        }),
  };
}

/** The driver names its host to TLS, whatever it is told: the certificate is held against the name that was asked for. */
function named(tls: ConnectionOptions | false): ConnectionOptions | false {
  const name = tls === false ? undefined : tls.servername;
  return tls === false || name === undefined
    ? tls
    : { ...tls, checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate) };
}

async function execute(
  client: Client,
  { pooler }: ConnectionSettings,
  { id, text }: Compiled,
  values: Bound,
): Promise<Result> {
  // Prepared once for each connection; with another connection for each transaction there is no "once".
  const name = pooler === 'transaction' ? {} : { name: id };
  return resultOf(await client.query({ ...name, text, values: values as unknown[] }));
}

/** Of a text with several statements: of the last. */
function resultOf(result: QueryResult | QueryResult[]): Result {
  const last = Array.isArray(result) ? result.at(-1) : result;
  return { rows: last?.rows ?? [], count: last?.rowCount ?? 0 };
}
