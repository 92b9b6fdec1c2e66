import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Connection, RdbmsStore } from '../index.ts';

/** The port of a server that takes connections and says nothing. */
async function silentServer(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

/** Opening waits for ten minutes; a test that waits for it fails at its own limit. */
const timeouts = { startMs: 600_000 };

test.each([
  ['silent', 'postgresql'],
  ['silent', 'mysql'],
  ['not there', 'postgresql'],
  ['not there', 'mysql'],
] as const)('[store-50] closing ends an opening that waits for a server that is %s (%s)', async (how, dialect) => {
  const port = how === 'silent' ? await silentServer() : 9;
  const connection: Connection = { dialect, host: '127.0.0.1', port, user: 'u', database: 'd', timeouts };
  const store = new RdbmsStore({ connection, namespace: 'https://a.example' });
  const opening = store.open().then(
    () => null,
    (error: unknown) => error,
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  await store.close();
  expect(await opening).toMatchObject({ kind: 'unavailable' });
  await expect(store.open()).rejects.toMatchObject({ kind: 'unavailable', message: 'The store is closed.' });
});

test('[store-50] closing ends an opening that has not begun to connect', async () => {
  const connection: Connection = {
    dialect: 'postgresql',
    host: '127.0.0.1',
    port: 9,
    user: 'u',
    database: 'd',
    timeouts,
  };
  const store = new RdbmsStore({ connection, namespace: 'https://a.example' });
  const opening = store.open().catch((error: unknown) => error);
  await store.close();
  expect(await opening).toMatchObject({ kind: 'unavailable' });
});
