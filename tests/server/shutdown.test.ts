import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type StartedServer, startServer } from '@gatehouse/testkit';
import { describe, expect, test } from 'vitest';

const BASIC = `Basic ${btoa('SampleConfidentialApp:6808d4b6-ef09-4b0d-8f28-3b05da9c48ec')}`;
const PASSWORD = 'grant_type=password&username=sampleuser&password=changeme';

interface Answer {
  readonly status: number;
  readonly connection: string | undefined;
  readonly body: string;
}

/** A request that the server has: Node.js says so with 100 Continue, when it hands the head on. */
interface Running {
  readonly answer: Promise<Answer>;
  /** Sends the body, without which it goes on running. */
  send(): void;
}

/** One request that costs a slow hash, on a connection that would be kept; its body is not sent yet. */
async function beginSignIn(port: number, agent: http.Agent): Promise<Running> {
  const headers = {
    authorization: BASIC,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': PASSWORD.length,
    expect: '100-continue',
  };
  const request = http.request({ host: '127.0.0.1', port, path: '/api/oauth/token', method: 'POST', headers, agent });
  const answer = new Promise<Answer>((resolve, reject) => {
    request.on('error', reject).on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, connection: response.headers.connection, body }),
      );
      response.on('error', reject);
    });
  });
  await once(request, 'continue');
  return { answer, send: () => request.end(PASSWORD) };
}

/** A request that the server has, and that does not end. */
async function beginEndless(port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1');
  socket.write('POST /api/oauth/token HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\nabc');
  await once(socket, 'data');
  return socket.on('error', () => undefined);
}

/** A signal is not heard at once on a crowded machine. */
async function untilStopping(server: StartedServer): Promise<void> {
  await expect.poll(() => server.output()).toContain('Gatehouse stops');
}

/** A request may take as long to arrive as the test takes to let it. */
const PATIENT = 'listener.requestSeconds=600';
const start = (...set: string[]): Promise<StartedServer> =>
  startServer({ args: ['--sample', ...[PATIENT, ...set].flatMap((one) => ['--set', one])] });

describe('SIGTERM', () => {
  test('amid 100 running requests loses none of them', async () => {
    // A hundred slow hashes are half a minute's work for a small machine, and are all waited for.
    const server = await start('limits.slowHashesWaiting=200', 'listener.shutdownSeconds=600');
    const agent = new http.Agent({ keepAlive: true, maxSockets: 100 });
    const requests = await Promise.all(Array.from({ length: 100 }, () => beginSignIn(server.port, agent)));
    let answered = 0;
    for (const { answer } of requests)
      answer.then(
        () => answered++,
        () => undefined,
      );
    // One half is hashed, or waits for that; the other is still arriving when the server stops, however fast it hashes.
    const half = requests.slice(0, 49);
    for (const { send } of half) send();
    await Promise.race(half.map(({ answer }) => answer));
    const runningWhenAsked = 100 - answered;
    const stopping = server.stop('SIGTERM');
    await untilStopping(server);
    for (const { send } of requests.slice(49)) send();
    const answers = await Promise.all(requests.map(({ answer }) => answer));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    for (const { body } of answers) expect(JSON.parse(body)).toHaveProperty('access_token');
    expect(runningWhenAsked).toBeGreaterThan(50);
    const { code } = await stopping;
    expect(code).toBe(0);
    expect(await server.output()).toMatch(/Gatehouse stops: .*Gatehouse has stopped\. cutOff=0\n$/s);
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
    agent.destroy();
  });

  test('ends connections with their answers, and is not ready from then on', async () => {
    const server = await start('listener.shutdownSeconds=600');
    const agent = new http.Agent({ keepAlive: true });
    const running = await beginSignIn(server.port, agent);
    const stopping = server.stop('SIGTERM');
    await untilStopping(server);
    running.send();
    expect((await running.answer).connection).toBe('close');
    expect((await stopping).code).toBe(0);
    agent.destroy();
  });

  test('twice within a moment, as npm and a terminal send it, is the same as once', async () => {
    const server = await start('listener.shutdownSeconds=600');
    const agent = new http.Agent({ keepAlive: true });
    const running = await Promise.all(Array.from({ length: 20 }, () => beginSignIn(server.port, agent)));
    process.kill(server.pid, 'SIGINT');
    process.kill(server.pid, 'SIGINT');
    const stopping = server.stop('SIGTERM');
    await untilStopping(server);
    for (const { send } of running) send();
    const answers = await Promise.all(running.map(({ answer }) => answer));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect((await stopping).code).toBe(0);
    agent.destroy();
  });

  test.each([
    ['nothing', ''],
    ['half of a head', 'POST /api/oauth/token HTTP/1.1\r\nHost: x\r\n'],
  ])('does not wait for a connection that has sent %s', async (_, sent) => {
    const server = await start('listener.shutdownSeconds=600', 'listener.headersSeconds=300');
    const socket = net.connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(sent);
    // Whoever is answered after it came after it.
    await fetch(`${server.url}/health/live`);
    const { code, milliseconds } = await server.stop('SIGTERM');
    expect(code).toBe(0);
    expect(milliseconds).toBeLessThan(60_000);
    expect(await server.output()).toContain('Gatehouse has stopped. cutOff=0');
    socket.destroy();
  });

  test('waits no longer for a request that does not end than it was told', async () => {
    const server = await start('listener.shutdownSeconds=1');
    const socket = await beginEndless(server.port);
    const { code, milliseconds } = await server.stop('SIGTERM');
    expect(code).toBe(1);
    expect(milliseconds).toBeGreaterThan(900);
    expect(await server.output()).toContain('1 requests were cut off');
    socket.destroy();
  });

  test('a second one that is meant ends it at once', async () => {
    const server = await start('listener.shutdownSeconds=600');
    const socket = await beginEndless(server.port);
    process.kill(server.pid, 'SIGTERM');
    await untilStopping(server);
    await pause(1_200);
    const { code, milliseconds } = await server.stop('SIGTERM');
    expect(code).toBe(1);
    // A tenth of the time that the request would be waited for.
    expect(milliseconds).toBeLessThan(60_000);
    socket.destroy();
  });
});
