import type { Client } from 'pg';
import { startLocalPostgresql } from './local-postgresql.ts';
import type { Product } from './product.ts';

/** Where the tests put a certificate into a container. */
const CERTIFICATE = '/gatehouse-tls/server.crt';
const KEY = '/gatehouse-tls/server.key';

/** The server refuses a key that others may read, and the image's user must own what nobody else reads. */
const OWN_THE_KEY = `install -m 600 ${KEY} "$PGDATA/server.key"\n`;

export const POSTGRESQL: Product = {
  name: 'PostgreSQL',
  scheme: 'postgresql',
  user: 'postgres',
  database: 'postgres',
  container: (password, { tls, settings = [] }) => ({
    port: 5432,
    environment: { POSTGRES_PASSWORD: password },
    command: [
      'postgres',
      ...[
        ...['max_connections=200', 'fsync=off'],
        ...(tls ? ['ssl=on', `ssl_cert_file=${CERTIFICATE}`, 'ssl_key_file=server.key'] : []),
        ...settings,
      ].flatMap((setting) => ['-c', setting]),
    ],
    ...(tls
      ? {
          files: {
            [CERTIFICATE]: tls.certificate,
            [KEY]: tls.key,
            '/docker-entrypoint-initdb.d/00-own-the-key.sh': OWN_THE_KEY,
          },
        }
      : {}),
  }),
  startLocal: (wanted, options) => startLocalPostgresql(wanted, options, version),
  version,
  databases: {
    create: (admin, name) =>
      asAdmin(admin, async (client) => {
        await client.query(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`);
      }),
    run: (database, statement) => asAdmin(database, async (client) => (await client.query(statement)).rows),
    drop: (admin, name) =>
      asAdmin(admin, async (client) => {
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
      }),
  },
};

function version(admin: URL): Promise<string> {
  return asAdmin(admin, async (client) => {
    const { rows } = await client.query('SHOW server_version');
    return String(rows[0]?.server_version).split(' ')[0] as string;
  });
}

async function asAdmin<T>(url: URL, work: (client: Client) => Promise<T>): Promise<T> {
  // Loaded when asked for: most tests that use the kit ask no database.
  const { Client } = await import('pg');
  const client = new Client({
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1) || 'postgres',
    ssl: false,
    connectionTimeoutMillis: 20_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
