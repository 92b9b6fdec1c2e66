import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import tls from 'node:tls';
import { makeCertificateAuthority } from '@gatehouse/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTraffic } from './drain.ts';

const HALF = 'GET / HTTP/1.1\r\nHost: x\r\n';
/** Milliseconds, for what is not to be waited for. */
const NEVER = 600_000;
const WAITED = { timeout: 60_000 };

const { certificate, key } = makeCertificateAuthority().issue();

type Scheme = 'http' | 'https';

/** A server that answers at once, its traffic watched, and its ends of the connections. */
async function serving(scheme: Scheme, lastCallMs: number) {
  const traffic = createTraffic(lastCallMs);
  const listener = traffic.watch((_, outgoing) => void outgoing.end('answered'));
  const server =
    scheme === 'http' ? http.createServer(listener) : https.createServer({ key, cert: certificate }, listener);
  traffic.attach([server]);
  const ends: Socket[] = [];
  server.on(scheme === 'http' ? 'connection' : 'secureConnection', (socket: Socket) => void ends.push(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, traffic, port, ends };
}

async function connected(scheme: Scheme, port: number): Promise<Socket> {
  const options = { port, host: '127.0.0.1' };
  const socket = scheme === 'http' ? net.connect(options) : tls.connect({ ...options, rejectUnauthorized: false });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, scheme === 'http' ? 'connect' : 'secureConnect');
  return socket;
}

describe.each(['http', 'https'] as const)('a stop by %s', (scheme) => {
  test('does not wait for who has asked for nothing', async () => {
    const { ends, port, server, traffic } = await serving(scheme, NEVER);
    await connected(scheme, port);
    await expect.poll(() => ends.length, WAITED).toBe(1);
    expect(await traffic.drain([server], NEVER)).toBe(0);
  });

  test('answers a request of which half has come', async () => {
    const { ends, port, server, traffic } = await serving(scheme, NEVER);
    const [socket, silent] = [await connected(scheme, port), await connected(scheme, port)];
    const hungUp = once(silent.resume(), 'close');
    let said = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      said += text;
    });
    socket.write(HALF);
    await expect.poll(() => ends.filter(({ bytesRead }) => bytesRead === HALF.length).length, WAITED).toBe(1);
    await expect.poll(() => ends.length, WAITED).toBe(2);
    const drained = traffic.drain([server], NEVER);
    await hungUp;
    const heard = once(socket, 'close');
    socket.write('\r\n');
    expect(await drained).toBe(0);
    await heard;
    expect(said).toMatch(/^HTTP\/1\.1 200 OK\r\n.*answered/s);
  });

  test('waits for the other half no longer than for the last call', async () => {
    const { ends, port, server, traffic } = await serving(scheme, 100);
    (await connected(scheme, port)).write(HALF);
    await expect.poll(() => ends[0]?.bytesRead, WAITED).toBe(HALF.length);
    expect(await traffic.drain([server], NEVER)).toBe(0);
  });
});

test('a stop by https does not wait for a handshake that does not begin, nor for one that does not end', async () => {
  const { port, server, traffic } = await serving('https', 100);
  const came: Socket[] = [];
  server.on('connection', (socket: Socket) => void came.push(socket));
  await connected('http', port);
  // The first bytes of a handshake's record (RFC 8446 5.1).
  (await connected('http', port)).write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]));
  await expect.poll(() => came.length, WAITED).toBe(2);
  expect(await traffic.drain([server], NEVER)).toBe(0);
});
