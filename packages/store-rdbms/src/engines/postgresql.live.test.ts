import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { migrate, RdbmsStore, schemaState } from '../index.ts';

afterEach(() => vi.unstubAllEnvs());

interface Heard {
  readonly port: number;
  /** What each connection said first. */
  readonly startups: Buffer[];
}

/** `ErrorResponse`: password authentication failed. */
const FIELDS = Buffer.from('SFATAL\0VFATAL\0C28P01\0Mrefused\0\0');
const REFUSAL = Buffer.concat([Buffer.from('E'), Buffer.from([0, 0, 0, FIELDS.length + 4]), FIELDS]);

/** Listens as a server does that lets nobody in. */
async function listening(use: (heard: Heard) => Promise<void>): Promise<void> {
  const startups: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (first) => {
      startups.push(first);
      socket.end(REFUSAL);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use({ port: (server.address() as AddressInfo).port, startups });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

/** Names and values of a `StartupMessage`: behind its length and the version of the protocol. */
function parametersOf(startup: Buffer): Record<string, string> {
  const words = startup.subarray(8).toString().split('\0');
  const names = words.filter((word, index) => index % 2 === 0 && word !== '');
  return Object.fromEntries(names.map((name) => [name, words[words.indexOf(name) + 1] ?? '']));
}

test.each(['', '&pooler=transaction'])('nothing is taken from the environment (%s)', async (more) => {
  for (const [name, value] of Object.entries({
    PGHOST: 'elsewhere.invalid',
    PGPORT: '9',
    PGUSER: 'somebody',
    PGDATABASE: 'another',
    PGPASSWORD: 'of the environment',
    PGSSLMODE: 'require',
    PGSSLNEGOTIATION: 'nonsense',
    PGOPTIONS: '-c search_path=another',
    PGAPPNAME: 'another',
    PGREPLICATION: 'database',
    PGCLIENT_ENCODING: 'latin1',
  }))
    vi.stubEnv(name, value);
  await listening(async ({ port, startups }) => {
    const connection = `postgresql://gatehouse@127.0.0.1:${port}/oauth?schema=mine${more}`;
    const store = new RdbmsStore({ connection, namespace: 'https://a.example' });
    await expect(store.open()).rejects.toThrow(/user or password/);
    const said = parametersOf(startups[0] ?? Buffer.alloc(8));
    expect(said).toMatchObject({ user: 'gatehouse', database: 'oauth', application_name: 'gatehouse' });
    expect(said).not.toHaveProperty('replication');
    expect(said['options'] ?? '').not.toContain('another');
  });
});

test.each([
  ['passwordFile=/no/such/file', /the file \/no\/such\/file failed/],
  ['passwordEnv=GATEHOUSE_TEST_NO_SUCH', /GATEHOUSE_TEST_NO_SUCH gave no text/],
])('with %s no connection is made that would wait for a password', async (query, words) => {
  await listening(async ({ port, startups }) => {
    const connection = `postgresql://gatehouse@127.0.0.1:${port}/oauth?${query}`;
    await expect(schemaState({ connection })).rejects.toThrow(words);
    await expect(migrate({ connection })).rejects.toThrow(words);
    const store = new RdbmsStore({ connection, namespace: 'https://a.example' });
    await expect(store.open()).rejects.toThrow(words);
    expect(startups).toEqual([]);
  });
});
