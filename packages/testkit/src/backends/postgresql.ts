import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { type Provision, provide } from '../provision.ts';
import { type DatabaseServer, firstServer, type ServerSource } from './database-server.ts';
import { startLocalPostgresql } from './local-postgresql.ts';

/** A PostgreSQL: `TEST_POSTGRESQL_URL`, else a container, else one that is started here. */
export function postgresqlServer(): Promise<Provision<DatabaseServer>> {
  return provide('postgresql', () => firstServer(SOURCES));
}

const SOURCES: readonly ServerSource[] = [
  async () => {
    const url = process.env['TEST_POSTGRESQL_URL'];
    return url === undefined || url === '' ? { reason: 'TEST_POSTGRESQL_URL is not set.' } : namedServer(new URL(url));
  },
  async () => {
    const started = await startLocalPostgresql();
    if ('reason' in started) return started;
    const admin = new URL(`postgresql://postgres@127.0.0.1:${started.port}/postgres`);
    const server = await namedServer(admin);
    const close = async (): Promise<void> => {
      await server.close();
      await started.close();
    };
    return { ...server, what: `${server.what}, started here`, control: started.control, close };
  },
];

/** @param admin of a user who may create databases */
async function namedServer(admin: URL): Promise<DatabaseServer> {
  const { rows } = await asAdmin(admin, (client) => client.query('SHOW server_version'));
  return {
    what: `PostgreSQL ${String(rows[0]?.server_version).split(' ')[0]}`,
    host: admin.hostname,
    port: Number(admin.port || 5432),
    async createDatabase() {
      const name = `gatehouse_${randomBytes(6).toString('hex')}`;
      await asAdmin(admin, (client) => client.query(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`));
      const url = new URL(admin);
      url.pathname = `/${name}`;
      return {
        name,
        url: url.href,
        drop: async () => void (await asAdmin(admin, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`))),
      };
    },
    close: async () => undefined,
  };
}

async function asAdmin<T>(url: URL, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1) || 'postgres',
    ssl: false,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
