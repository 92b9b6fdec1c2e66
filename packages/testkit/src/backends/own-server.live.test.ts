import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createConnection as connectMysql } from 'mysql2/promise';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { type CertificateAuthority, makeCertificateAuthority } from '../certificate-authority.ts';
import { BACKENDS, type BackendName } from './backends.ts';
import type { Missing, OwnServerOptions, RunningServer } from './database-server.ts';
import { imageOf } from './image.ts';
import { ownDatabaseServer } from './servers.ts';
import { inContainer } from './start-backend.ts';

const NAMES: readonly BackendName[] = ['postgresql15', 'postgresql18', 'mysql9', 'mariadb10', 'mariadb11'];

describe.each(NAMES)('%s', (name) => {
  const backend = BACKENDS[name];
  const PLACES: Readonly<Record<string, (options: OwnServerOptions) => Promise<RunningServer | Missing>>> = {
    'in a container': (options) => inContainer(name, backend, options),
    'started here': async (options) => backend.product.startLocal?.(backend.version, options) ?? { reason: 'never' },
  };
  test.for(Object.entries(PLACES))(
    '%s: on loopback only, with its certificate, its data outliving a kill, silent while it is paused',
    async ([, start], context) => {
      const ours = makeCertificateAuthority('Ours');
      const server = await start({ tls: ours.issue() });
      if ('reason' in server) return context.skip(server.reason);
      const { adminUrl: url, control } = server;
      const port = Number(new URL(url).port);
      try {
        for (const address of otherAddresses()) expect(await connects(address, port)).toBe(false);
        expect(await connects('127.0.0.1', port)).toBe(true);

        await ask(url, ours, 'CREATE TABLE kept (one integer)');
        await expect(ask(url, makeCertificateAuthority('Another'), 'SELECT 1')).rejects.toThrow(
          /self-signed|unable to verify/,
        );

        await control?.restart('SIGKILL');
        await ask(url, ours, 'SELECT one FROM kept');
        await control?.restart('SIGTERM');
        await ask(url, ours, 'SELECT one FROM kept');

        await control?.pause();
        const answer = ask(url, ours, 'SELECT one FROM kept');
        expect(await Promise.race([answer, halfASecond()])).toBe('nothing');
        await control?.resume();
        await answer;
      } finally {
        await server.close();
      }
      expect(await connects('127.0.0.1', port)).toBe(false);
    },
  );
});

test('what a killed run leaves in the engine, the next one removes', async (context) => {
  const image = await imageOf('postgresql15');
  if (!image.available) return context.skip(image.reason);
  const kit = new URL('../index.ts', import.meta.url).href;
  const script = `const { ownDatabaseServer } = await import(${JSON.stringify(kit)});
    const { value } = await ownDatabaseServer('postgresql15');
    console.log(value.port);
    setInterval(() => undefined, 1_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const left = Number(line);
  expect(await connects('127.0.0.1', left)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await connects('127.0.0.1', left)).toBe(true);

  const next = await ownDatabaseServer('postgresql15');
  if (!next.available) throw new Error(next.reason);
  await next.value.close();
  expect(await connects('127.0.0.1', left)).toBe(false);
});

async function ask(url: string, { certificate }: CertificateAuthority, sql: string): Promise<void> {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const common = { host: hostname, port: Number(port), user: username, password, database: pathname.slice(1) };
  if (protocol === 'postgresql:') {
    const client = new Client({ ...common, ssl: { ca: certificate } });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(sql);
    await client.end();
  } else {
    const connection = await connectMysql({ ...common, ssl: { ca: certificate, verifyIdentity: true } });
    await connection.query(sql);
    await connection.end();
  }
}

function otherAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

function halfASecond(): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('nothing'), 500));
}
