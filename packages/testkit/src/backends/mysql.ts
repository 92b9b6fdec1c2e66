import type { Connection } from 'mysql2/promise';
import type { IssuedCertificate } from '../certificate-authority.ts';
import type { OwnServerOptions, Rows } from './database-server.ts';
import { startLocalMysql } from './local-mysql.ts';
import type { Product } from './product.ts';

interface Variant {
  readonly name: string;
  readonly scheme: string;
  readonly server: string;
  /** What the variables of its image begin with. */
  readonly prefix: string;
  readonly settings: readonly string[];
  /** The command that makes an empty data folder whose root has no password. */
  readonly initialize: readonly [program: string, ...args: string[]];
}

export const MYSQL: Product = product({
  name: 'MySQL',
  scheme: 'mysql',
  server: 'mysqld',
  prefix: 'MYSQL',
  settings: ['mysqlx=OFF'],
  initialize: ['mysqld', '--initialize-insecure'],
});

export const MARIADB: Product = product({
  name: 'MariaDB',
  scheme: 'mariadb',
  server: 'mariadbd',
  prefix: 'MARIADB',
  settings: [],
  initialize: ['mariadb-install-db', '--auth-root-authentication-method=normal', '--skip-test-db'],
});

/** A killed server loses nothing with these; a machine that loses its power would, and no test does that. */
const FAST = ['innodb_flush_log_at_trx_commit=2', 'sync_binlog=0', 'max_connections=300', 'skip_name_resolve=ON'];

/** Where the tests put a certificate into a container. */
const FOLDER = '/gatehouse-tls';

function product({ name, scheme, server, prefix, settings, initialize }: Variant): Product {
  const flags = (more: readonly string[], folder: string | null): readonly string[] =>
    [
      ...FAST,
      ...settings,
      ...more,
      ...(folder ? [`ssl_ca=${folder}/ca.crt`, `ssl_cert=${folder}/server.crt`, `ssl_key=${folder}/server.key`] : []),
    ].map((setting) => `--${setting}`);
  return {
    name,
    scheme,
    user: 'root',
    database: 'mysql',
    container: (password, { tls, settings: more = [] }: OwnServerOptions) => ({
      port: 3306,
      environment: { [`${prefix}_ROOT_PASSWORD`]: password },
      command: [server, ...flags(more, tls ? FOLDER : null)],
      ...(tls ? { files: certificateFiles(tls, FOLDER) } : {}),
    }),
    startLocal: (wanted, { tls, settings: more = [] }) =>
      startLocalMysql({
        name,
        scheme,
        server,
        version: wanted,
        initialize,
        flags: (folder) => flags(more, tls ? folder : null),
        files: (folder) => (tls ? certificateFiles(tls, folder) : {}),
        answers: version,
      }),
    version,
    databases: {
      create: (admin, database) =>
        asAdmin(admin, async (connection) => {
          await connection.query(`CREATE DATABASE ${database}`);
        }),
      run: (database, statement) =>
        asAdmin(database, async (connection) => {
          const [rows] = await connection.query(statement);
          return Array.isArray(rows) ? (rows as Rows) : [];
        }),
      drop: (admin, database) =>
        asAdmin(admin, async (connection) => {
          await connection.query(`DROP DATABASE ${database}`);
        }),
    },
  };
}

function version(admin: URL): Promise<string> {
  return asAdmin(admin, async (connection) => {
    const [rows] = await connection.query('SELECT version() AS version');
    return String((rows as { version: string }[])[0]?.version).split('-')[0] as string;
  });
}

function certificateFiles(tls: IssuedCertificate, folder: string): Readonly<Record<string, string>> {
  return {
    [`${folder}/ca.crt`]: tls.authority,
    [`${folder}/server.crt`]: tls.certificate,
    [`${folder}/server.key`]: tls.key,
  };
}

async function asAdmin<T>(url: URL, work: (connection: Connection) => Promise<T>): Promise<T> {
  // Loaded when asked for: most tests that use the kit ask no database.
  const { createConnection } = await import('mysql2/promise');
  const connection = await createConnection({
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1) || 'mysql',
    connectTimeout: 20_000,
  });
  connection.on('error', () => undefined);
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}
