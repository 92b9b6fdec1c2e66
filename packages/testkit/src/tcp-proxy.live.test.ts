import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Faults, startTcpProxy } from './tcp-proxy.ts';

/** Answers each piece with itself in capitals. */
const echo = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('data', (piece) => socket.write(piece.toString().toUpperCase()));
  socket.on('end', () => socket.end('bye'));
  socket.on('error', () => socket.destroy());
});

beforeAll(async () => {
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
});
afterAll(() => echo.close());

/** However it ends: `once` would take an error for one of its own. */
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.on('close', () => resolve()));

/** What comes back to a client that sends `hello` and then nothing more. */
async function talk(faults: Faults, end: boolean = true): Promise<{ received: string; error: string | null }> {
  const proxy = await startTcpProxy({ port: (echo.address() as AddressInfo).port });
  onTestFinished(() => proxy.close());
  proxy.set(faults);
  const socket = connect(proxy.port, '127.0.0.1');
  let received = '';
  let error: string | null = null;
  socket.on('data', (piece) => (received += piece.toString()));
  socket.on('error', (cause: NodeJS.ErrnoException) => (error = cause.code ?? cause.message));
  socket.write('hello');
  if (end) socket.end();
  await closed(socket);
  return { received, error };
}

describe('a proxy', () => {
  test('without faults passes everything on, ends included', async () => {
    expect(await talk({})).toEqual({ received: 'HELLObye', error: null });
  });

  test('cuts an answer after so many bytes', async () => {
    expect((await talk({ cutAnswerAfter: 3 })).received).toBe('HEL');
  });

  test('cuts a request after so many bytes: the server acts on what came', async () => {
    const { received } = await talk({ cutRequestAfter: 2 });
    expect(['', 'HE']).toContain(received);
  });

  test('refuses', async () => {
    expect(await talk({ refuse: true })).toMatchObject({ received: '' });
  });

  test('ends the half of a client that would have gone on', async () => {
    expect(await talk({ halfClose: true }, false)).toMatchObject({ received: 'HELLObye' });
  });

  test('waits', async () => {
    const began = performance.now();
    expect((await talk({ delayMs: 40 })).received).toBe('HELLObye');
    expect(performance.now() - began).toBeGreaterThan(75);
  });

  test('loses the answer and leaves the connection open', async () => {
    const proxy = await startTcpProxy({ port: (echo.address() as AddressInfo).port });
    onTestFinished(() => proxy.close());
    proxy.set({ swallowAnswer: true });
    const served = once(echo, 'connection') as Promise<[Socket]>;
    const socket = connect(proxy.port, '127.0.0.1');
    socket.on('error', () => socket.destroy());
    let received = '';
    socket.on('data', (piece) => (received += piece.toString()));
    socket.write('hello');
    await once((await served)[0], 'data');
    // After a whole exchange beside the proxy, the first answer has come to it and gone.
    const beside = connect((echo.address() as AddressInfo).port, '127.0.0.1');
    beside.write('hello');
    await once(beside, 'data');
    beside.destroy();
    // The next piece goes through.
    proxy.set({});
    socket.write('again');
    await once(socket, 'data');
    expect(received).toBe('AGAIN');
    proxy.cut();
    await closed(socket);
  });
});
