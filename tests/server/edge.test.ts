import net from 'node:net';
import { type StartedServer, startServer } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

let server: StartedServer;
beforeAll(async () => {
  server = await startServer({ args: ['--sample'] });
});
afterAll(() => server.stop());

interface Raw {
  readonly status: number;
  readonly text: string;
  /** Whether the server ended the connection. */
  readonly closed: boolean;
}

/** A crowded machine takes its time: a limit for the end of a connection that never comes. */
const ENDS_WITHIN_MS = 60_000;

interface Sending {
  /** Default: the server of all of these tests. */
  readonly port?: number;
  /** Sent as soon as something of the answer is there. */
  readonly next?: string;
}

/** Sends bytes as they are, and takes what comes back until the connection ends, as each of these tests has it. */
function send(bytes: string | Buffer, { port = server.port, next = '' }: Sending = {}): Promise<Raw> {
  return new Promise((resolve) => {
    let text = '';
    let timer: NodeJS.Timeout;
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const done = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text, closed });
    };
    timer = setTimeout(() => done(false), ENDS_WITHIN_MS);
    socket.setEncoding('utf8');
    socket.on('data', (more: string) => {
      if (text === '' && next !== '') socket.write(next);
      text += more;
    });
    socket.on('end', () => done(true)).on('error', () => done(true));
    socket.write(bytes);
  });
}

const HEAD = 'POST /api/oauth/token HTTP/1.1\r\nHost: localhost\r\n';
const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n';

describe('[SEC-130] a request that two parsers could read differently is refused, and the connection ends', () => {
  const smuggled: [string, string][] = [
    [
      'Content-Length and Transfer-Encoding',
      `${HEAD}${FORM}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n`,
    ],
    ['two Content-Length', `${HEAD}${FORM}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`],
    ['two equal Content-Length', `${HEAD}${FORM}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`],
    ['a folded header', `${HEAD}X-Folded: a\r\n b\r\nContent-Length: 0\r\n\r\n`],
    ['bare line feeds', 'GET /health/live HTTP/1.1\nHost: localhost\n\n'],
    ['a space before the colon', `${HEAD}Content-Length : 0\r\n\r\n`],
    ['an unknown transfer coding', `${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['a coding under chunked', `${HEAD}${FORM}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['no coding under chunked', `${HEAD}${FORM}Transfer-Encoding: , chunked\r\n\r\n0\r\n\r\n`],
    [
      'two lines of codings',
      `${HEAD}${FORM}Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'chunked in HTTP/1.0',
      `POST /api/oauth/token HTTP/1.0\r\nHost: x\r\n${FORM}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a body of a GET that is none', 'GET /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n'],
    ['a chunk size that is none', `${HEAD}${FORM}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`],
    ['a NUL in a header', 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n'],
    ['two Host headers', 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n'],
    ['no Host header', 'GET /health/live HTTP/1.1\r\n\r\n'],
    ['a target that is no path', 'GET evil.example:80 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ...['/x/../health', '/x/%2e%2E/health', '/.%2e?x', '/%2E/health', '/x\\..\\health', 'http://x/../health'].map(
      (target): [string, string] => [`the path of ${target}`, `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
    ),
  ];
  test.each(smuggled)('%s', async (_, bytes) => {
    const { status, closed, text } = await send(bytes);
    expect(status).toBe(400);
    expect(closed).toBe(true);
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});

describe('what Node.js would refuse without a word', () => {
  test('is refused in the shape of every error, or goes on', async () => {
    const { text } = await send('GET /health/live HTTP/1.1\r\n\r\n');
    expect(text).toContain('{"error":"invalid_request","error_description":"The request must have one Host header."}');
    expect(text).toMatch(/^x-trace-id: [0-9a-f]{32}\r$/im);
    const expecting = 'Host: localhost\r\nExpect: a-miracle\r\nConnection: close\r\n\r\n';
    expect((await send(`GET /health/live HTTP/1.1\r\n${expecting}`)).status).toBe(200);
  });

  test('dots that are no segment of their own stay what they are', async () => {
    for (const path of ['/.well-known/oauth-authorization-server', '/health/live?/../x=\\'])
      expect((await send(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).status).toBe(200);
  });
});

describe('[SEC-130] the Host', () => {
  test('is not believed, in a header or in an absolute target', async () => {
    const path = '/.well-known/oauth-authorization-server';
    for (const target of [path, `http://evil.example${path}`]) {
      const { status, text } = await send(`GET ${target} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
      expect(status).toBe(200);
      expect(text).not.toContain('evil');
      expect(text).toContain(`"issuer":"${server.url}"`);
    }
  });

  test('that is garbage changes nothing', async () => {
    const { status } = await send('GET /health/live HTTP/1.1\r\nHost: <>"@/\\\r\nConnection: close\r\n\r\n');
    expect(status).toBe(200);
  });
});

describe('[SEC-43] each limit of the head and the body', () => {
  const get = (target: string, headers = ''): Promise<Raw> =>
    send(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n${headers}Connection: close\r\n\r\n`);

  test('a request line of 16 KiB goes on, one byte more is 414', async () => {
    const around = 'GET  HTTP/1.1'.length;
    const target = `/health/live?${'x'.repeat(16_384 - around - '/health/live?'.length)}`;
    expect((await get(target)).status).toBe(200);
    expect((await get(`${target}x`)).status).toBe(414);
  });

  test('headers of 32 KiB go on, one byte more is 431, and so is what no parser takes', async () => {
    const own = 'Host: localhost\r\nConnection: close\r\n'.length;
    const line = (bytes: number): string => `X: ${'x'.repeat(bytes - 5)}\r\n`;
    expect((await get('/health/live', line(32_768 - own))).status).toBe(200);
    expect((await get('/health/live', line(32_769 - own))).status).toBe(431);
    expect((await get('/health/live', line(200_000))).status).toBe(431);
  });

  test('a body over 64 KiB is 413 in the shape of every error, announced or not, and the connection ends', async () => {
    const announced = await send(`${HEAD}${FORM}Content-Length: 65537\r\n\r\n${'a'.repeat(65_537)}`);
    const chunk = `${(8_192).toString(16)}\r\n${'a'.repeat(8_192)}\r\n`;
    const unannounced = await send(`${HEAD}${FORM}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(9)}0\r\n\r\n`);
    for (const { status, text, closed } of [announced, unannounced]) {
      expect(status).toBe(413);
      expect(text).toContain('{"error":"invalid_request","error_description":"The body is too large."}');
      expect(text).toMatch(/^x-trace-id: [0-9a-f]{32}\r$/im);
      expect(closed).toBe(true);
    }
  });

  test('a body that never stops is cut off', async () => {
    // A connection that is cut off while it is written to may lose the answer: most is sent when that is there.
    const { closed, status } = await send(`${HEAD}${FORM}Content-Length: 100000000\r\n\r\n${'a'.repeat(70_000)}`, {
      next: 'a'.repeat(3_000_000),
    });
    expect(status).toBe(413);
    expect(closed).toBe(true);
  });

  test('headers and bodies that dawdle end with 408', async () => {
    // One of its own: an honest request of a crowded machine may dawdle as long.
    const hasty = await startServer({
      args: ['--sample', '--set', 'listener.headersSeconds=2', '--set', 'listener.requestSeconds=3'],
    });
    onTestFinished(async () => void (await hasty.stop()));
    const [headers, body] = await Promise.all([
      send('GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', hasty),
      send(`${HEAD}${FORM}Content-Length: 10\r\n\r\nabc`, hasty),
    ]);
    expect([headers.status, headers.closed]).toEqual([408, true]);
    expect([body.status, body.closed]).toEqual([408, true]);
  });

  test('an encoded body is not decoded', async () => {
    const encoded = 'Content-Encoding: gzip\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc';
    const { status } = await send(HEAD + FORM + encoded);
    expect(status).toBe(415);
  });
});

describe('the body that the edge has read', () => {
  const BASIC = `Authorization: Basic ${btoa('SampleConfidentialApp:6808d4b6-ef09-4b0d-8f28-3b05da9c48ec')}\r\n`;
  const body = 'grant_type=client_credentials';

  test('reaches the endpoint, in one piece or in many, and the connection serves the next request', async () => {
    const whole = (more = ''): string => `${HEAD}${FORM}${BASIC}${more}Content-Length: ${body.length}\r\n\r\n${body}`;
    const chunks = [...body].map((character) => `1\r\n${character}\r\n`).join('');
    const chunked = `${HEAD}${FORM}${BASIC}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`;
    const { text } = await send(whole() + chunked + whole('Connection: close\r\n'));
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
    expect(new Set(text.match(/"access_token":"[^"]+"/g)).size).toBe(3);
  });

  test('of a GET is not read as anything', async () => {
    const { text } = await send(
      'GET /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcdGET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  });
});
