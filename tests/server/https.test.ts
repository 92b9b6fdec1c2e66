import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { makeCertificateAuthority, type StartedServer, startServer } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatehouse, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const file = (name: string): string => path.join(folder.path, name);
const authority = makeCertificateAuthority();
const first = authority.issue();

function putCertificate({ certificate, key }: { certificate: string; key: string }): void {
  writeFileSync(file('certificate.pem'), certificate);
  writeFileSync(file('key.pem'), key);
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function get(url: string, options: https.RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.get(url, { ca: authority.certificate, agent: false, ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    request.on('error', reject);
  });
}

/** The connection, once it stands. */
function connect(port: number, options: tls.ConnectionOptions = {}): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: authority.certificate,
      ...options,
    });
    socket.once('secureConnect', () => resolve(socket)).once('error', reject);
  });
}

const SERVER_HELLO = 2;
const CERTIFICATE_REQUEST = 13;
const SERVER_HELLO_DONE = 14;

/** Types of the messages a TLS 1.2 server sends in the clear (RFC 5246 6.2, 7.4). */
function handshakeMessages(stream: Buffer): readonly number[] {
  const clear: Buffer[] = [];
  for (let at = 0; at + 5 <= stream.length && stream[at] === 22; at += 5 + stream.readUInt16BE(at + 3))
    clear.push(stream.subarray(at + 5, at + 5 + stream.readUInt16BE(at + 3)));
  const handshake = Buffer.concat(clear);
  const types: number[] = [];
  for (let at = 0; at + 4 <= handshake.length; at += 4 + handshake.readUIntBE(at + 1, 3))
    types.push(handshake[at] ?? -1);
  return types;
}

describe('HTTPS with a given certificate', () => {
  let server: StartedServer;
  beforeAll(async () => {
    putCertificate(first);
    // An honest connection of a crowded machine may stand for a while before its request comes; at the end none is waited for.
    server = await start('listener.headersSeconds=300', 'listener.requestSeconds=300', 'listener.shutdownSeconds=1');
  });
  afterAll(() => server.stop());

  function start(...more: string[]): Promise<StartedServer> {
    const own = [`listener.tls.certificate=${file('certificate.pem')}`, `listener.tls.key=${file('key.pem')}`];
    return startServer({
      args: ['--sample', ...[...own, ...more].flatMap((one) => ['--set', one])],
      origin: 'https://localhost',
    });
  }

  test('[AX-1] serves, and knows itself by https', async () => {
    const { body } = await get(`${server.url}/.well-known/oauth-authorization-server`);
    expect(JSON.parse(body)).toMatchObject({ issuer: server.url, token_endpoint: `${server.url}/api/oauth/token` });
  });

  test('[AX-3] speaks TLS 1.2 and 1.3 and nothing older', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await connect(server.port, { minVersion: version, maxVersion: version });
      expect(socket.getProtocol()).toBe(version);
      socket.destroy();
    }
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(connect(server.port, old)).rejects.toThrow();
  });

  test('takes of TLS 1.2 only suites with forward secrecy that authenticate what they encrypt (RFC 9325 4.2)', async () => {
    const only = (ciphers: string): Promise<tls.TLSSocket> =>
      connect(server.port, { maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` });
    for (const suite of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA384'])
      await expect(only(suite), suite).rejects.toThrow(/handshake failure/i);
    const socket = await only('ECDHE-ECDSA-AES128-GCM-SHA256');
    expect(socket.getCipher().standardName).toBe('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256');
    socket.destroy();
  });

  test('a handshake that dawdles is cut off as headers are', async () => {
    const hasty = await start('listener.headersSeconds=5');
    const stalled = ['', '\x16\x03\x01\x02\x00'].map(
      (begun) =>
        new Promise<void>((resolve) => {
          const socket = net.connect(hasty.port, '127.0.0.1', () => socket.write(begun, 'latin1'));
          socket
            .on('error', () => undefined)
            .on('close', () => resolve())
            .resume();
        }),
    );
    await Promise.all(stalled);
    await hasty.stop();
  });

  test('[AX-3] does not renegotiate', async () => {
    const socket = await connect(server.port, { maxVersion: 'TLSv1.2' });
    const refused = await new Promise<Error | null>((resolve) => {
      socket.once('error', resolve);
      socket.renegotiate({}, (error) => resolve(error));
    });
    expect(refused).not.toBeNull();
    socket.destroy();
  });

  test('[AX-3] asks for no client certificate', async () => {
    const seen: Buffer[] = [];
    const tap = net.createServer((client) => {
      const upstream = net.connect(server.port, '127.0.0.1');
      upstream.on('data', (bytes) => seen.push(bytes));
      // The client goes away when it has seen enough; what the server says to that reaches nobody.
      for (const socket of [client, upstream]) socket.on('error', () => undefined);
      client.on('close', () => upstream.destroy());
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((resolve) => tap.listen(0, '127.0.0.1', resolve));
    const { port } = tap.address() as net.AddressInfo;
    (await connect(port, { maxVersion: 'TLSv1.2' })).destroy();
    tap.close();
    const messages = handshakeMessages(Buffer.concat(seen));
    expect(messages).toEqual(expect.arrayContaining([SERVER_HELLO, SERVER_HELLO_DONE]));
    expect(messages).not.toContain(CERTIFICATE_REQUEST);
  });

  test('cookies are Secure, and __Host- where no name was chosen', async () => {
    const query =
      'response_type=code&client_id=SampleConfidentialApp&redirect_uri=https%3A%2F%2Flocalhost%2Foauth_callback';
    const { headers } = await get(`${server.url}/api/oauth/authorize?${query}`);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^__Host-VIDTXN=[^;]+; Path=\/; .*HttpOnly; Secure; SameSite=Strict$/);
  });

  test('plain HTTP gets no answer', async () => {
    await expect(fetch(`http://localhost:${server.port}/health`)).rejects.toThrow();
  });

  test('SIGHUP reads the certificate again, without losing a connection', async () => {
    const standing = await connect(server.port);
    const second = authority.issue();
    putCertificate(second);
    process.kill(server.pid, 'SIGHUP');
    const serial = async (): Promise<string> => {
      const socket = await connect(server.port);
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    };
    await expect.poll(serial).toBe(second.serial);
    standing.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const [answer] = (await new Promise<Buffer>((resolve) => standing.once('data', resolve))).toString().split('\r\n');
    expect(answer).toBe('HTTP/1.1 200 OK');
    standing.destroy();
    putCertificate(first);
  });
});

describe('a certificate that cannot be', () => {
  const serve = (certificate: string, key: string): ReturnType<typeof gatehouse> =>
    gatehouse([
      'serve',
      '--sample',
      '--port',
      '0',
      '--set',
      `listener.tls.certificate=${certificate}`,
      '--set',
      `listener.tls.key=${key}`,
    ]);

  test('is a sentence that names the file', async () => {
    putCertificate(first);
    writeFileSync(file('other.pem'), authority.issue().key);
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(file('kind.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(file('text.pem'), 'not a certificate');
    const cases: [string, string, RegExp][] = [
      [file('nowhere.pem'), file('key.pem'), /listener\.tls\.certificate \(.*nowhere\.pem\) cannot be read/],
      [file('certificate.pem'), file('other.pem'), /listener\.tls \(.*other\.pem\) is no certificate with its key/],
      [file('certificate.pem'), file('kind.pem'), /listener\.tls \(.*kind\.pem\) .*\(key values mismatch\)/],
      [file('text.pem'), file('key.pem'), /listener\.tls \(.*text\.pem.*\) is no certificate with its key/],
    ];
    for (const [certificate, key, message] of cases) {
      const { code, stderr } = await serve(certificate, key);
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain('PRIVATE KEY');
      expect(code).toBe(78);
    }
  });
});

describe('behind one trusted hop', () => {
  let server: StartedServer;
  beforeAll(async () => {
    const set = ['listener.trustedHops=1', 'log.format=json', `secrets=${'s'.repeat(40)}`];
    const args = ['--sample', '--issuer', 'https://login.example.com', ...set.flatMap((one) => ['--set', one])];
    server = await startServer({ args });
  });
  afterAll(() => server.stop());

  const authorize =
    '/api/oauth/authorize?response_type=code&client_id=SampleConfidentialApp&redirect_uri=https%3A%2F%2Flocalhost%2Foauth_callback';

  test('[SEC-130] the issuer is the configured one, and cookies are those of https', async () => {
    const headers = {
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-For': '192.0.2.7',
    };
    const metadata = (await (
      await fetch(`${server.url}/.well-known/oauth-authorization-server`, { headers })
    ).json()) as object;
    expect(metadata).toMatchObject({ issuer: 'https://login.example.com' });
    const page = await fetch(server.url + authorize, { headers });
    expect(page.headers.getSetCookie()[0]).toMatch(/^__Host-VIDTXN=.*; Secure; /);
  });

  test('[SEC-44] the client address is the one that hop saw, not what a client writes before it', async () => {
    const response = await fetch(`${server.url}/health/live`, { headers: { 'X-Forwarded-For': '6.6.6.6, 192.0.2.7' } });
    const id = response.headers.get('x-trace-id') ?? '';
    await response.text();
    const line = (await server.output()).split('\n').find((text) => text.includes(id));
    expect(JSON.parse(line ?? '')).toMatchObject({ clientAddress: '192.0.2.7' });
  });

  test('what reached that hop over plain HTTP is refused', async () => {
    const response = await fetch(`${server.url}/api/oauth/token`, {
      method: 'POST',
      headers: { 'X-Forwarded-Proto': 'http' },
    });
    expect(response.status).toBe(403);
  });
});
