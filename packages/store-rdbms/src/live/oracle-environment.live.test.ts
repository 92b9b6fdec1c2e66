import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { type IssuedCertificate, makeCertificateAuthority } from '@gatehouse/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Connection, RdbmsStore } from '../index.ts';

// What else reads these variables is Oracle's: a machine of a DBA has them. The driver itself, on a wire that only
// listens: it is the first packet that says where to, and whether by TLS.

type OfTest = Partial<Extract<Connection, { dialect: string }>>;
type TlsOfTest = NonNullable<OfTest['tls']>;

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-tns-'));
const heard: Buffer[] = [];
let named: Server;
let other: Server;

async function listener(onData: (data: Buffer) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      onData(data);
      socket.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

beforeAll(async () => {
  named = await listener((data) => heard.push(data));
  other = await listener(() => heard.push(Buffer.from('the other')));
  const elsewhere = `(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT=${portOf(other)}))(CONNECT_DATA=(SERVICE_NAME=other)))`;
  const names = ['oauth', 'OAUTH', `127.0.0.1:${portOf(named)}/oauth`, `tcps://127.0.0.1:${portOf(named)}/oauth`];
  writeFileSync(path.join(folder, 'tnsnames.ora'), names.map((name) => `${name} = ${elsewhere}\n`).join(''));
  writeFileSync(
    path.join(folder, 'sqlnet.ora'),
    'SSL_SERVER_DN_MATCH = no\nNAMES.DEFAULT_DOMAIN = other\nWALLET_LOCATION = (SOURCE=(METHOD=FILE)(METHOD_DATA=(DIRECTORY=/nowhere)))\n',
  );
  for (const [name, value] of Object.entries({
    TNS_ADMIN: folder,
    TWO_TASK: 'oauth',
    LOCAL: 'oauth',
    ORACLE_SID: 'other',
    ORACLE_HOME: folder,
    ORA_TNS_ADMIN: folder,
  }))
    vi.stubEnv(name, value);
});

afterEach(() => {
  heard.length = 0;
});

afterAll(() => {
  vi.unstubAllEnvs();
  named.close();
  other.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a store on what listens, which answers nothing. */
async function opening(more: OfTest = {}): Promise<void> {
  const store = new RdbmsStore({
    connection: {
      dialect: 'oracle',
      host: '127.0.0.1',
      port: portOf(named),
      user: 'gatehouse',
      password: 'not-told',
      database: 'oauth',
      timeouts: { startMs: 0, connectMs: 30_000 },
      ...more,
    },
    namespace: 'https://a.example',
  });
  await expect(store.open()).rejects.toMatchObject({ kind: 'config' });
  await store.close();
}

test('variables of Oracle’s own do not lead to another server or service than the one that is named', async () => {
  await opening();
  expect(heard.length).toBeGreaterThan(0);
  for (const packet of heard.map(String)) {
    expect(packet).toMatch(new RegExp(`\\(HOST=127\\.0\\.0\\.1\\)\\(PORT=${portOf(named)}\\)`, 'i'));
    expect(packet).toMatch(/\(SERVICE_NAME=oauth\)/i);
  }
});

test('nor do they turn TLS off', async () => {
  await opening({ tls: {} });
  expect(heard.length).toBeGreaterThan(0);
  // A handshake of TLS, its hello: RFC 8446 5.1.
  for (const packet of heard) expect([packet[0], packet[5]]).toEqual([0x16, 0x01]);
});

describe('TLS', () => {
  const [ours, theirs] = [makeCertificateAuthority(), makeCertificateAuthority()];

  /** What reaches a server behind its TLS. */
  async function behind(issued: IssuedCertificate, tls: TlsOfTest): Promise<readonly string[]> {
    const reached: string[] = [];
    const server = createTlsServer({ cert: issued.certificate, key: issued.key }, (socket) => {
      socket.on('error', () => undefined);
      // What it asks for follows in a packet of its own.
      socket.on('data', (data) => {
        reached.push(String(data));
        if (reached.join('').includes('SERVICE_NAME')) socket.destroy();
      });
    });
    server.listen(0, 'localhost');
    await once(server, 'listening');
    try {
      await opening({ host: 'localhost', port: portOf(server), tls });
    } finally {
      server.close();
    }
    return reached;
  }

  test('goes on where the authority that is named has signed for the host', async () => {
    const reached = await behind(ours.issue(['localhost']), { ca: ours.certificate });
    expect(reached.join()).toMatch(/\(SERVICE_NAME=oauth\)/i);
  });

  test('ends before a word is said where another authority has signed, or for another host', async () => {
    expect(await behind(theirs.issue(['localhost']), { ca: ours.certificate })).toEqual([]);
    expect(await behind(ours.issue(['other.example']), { ca: ours.certificate })).toEqual([]);
  });
});
