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

/** One request that costs a slow hash, on a connection that would be kept. */
function signIn(port: number, agent: http.Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: BASIC, 'content-type': 'application/x-www-form-urlencoded' };
    const request = http.request({ host: '127.0.0.1', port, path: '/api/oauth/token', method: 'POST', headers, agent });
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
    request.end(PASSWORD);
  });
}

const start = (...set: string[]): Promise<StartedServer> =>
  startServer({ args: ['--sample', ...set.flatMap((one) => ['--set', one])] });

describe('SIGTERM', () => {
  test('amid 100 running requests loses none of them', async () => {
    // A hundred slow hashes are half a minute's work for a small machine, and are all waited for.
    const server = await start('limits.slowHashesWaiting=200', 'listener.shutdownSeconds=600');
    const agent = new http.Agent({ keepAlive: true, maxSockets: 100 });
    let answered = 0;
    const firstAnswer = Promise.withResolvers<void>();
    const requests = Array.from({ length: 100 }, async () => {
      const answer = await signIn(server.port, agent);
      answered++;
      firstAnswer.resolve();
      return answer;
    });
    await firstAnswer.promise;
    const runningWhenAsked = 100 - answered;
    const stopping = server.stop('SIGTERM');
    const answers = await Promise.all(requests);
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
    const server = await start();
    const agent = new http.Agent({ keepAlive: true });
    const running = signIn(server.port, agent);
    await pause(5);
    const stopping = server.stop('SIGTERM');
    expect((await running).connection).toBe('close');
    expect((await stopping).code).toBe(0);
    agent.destroy();
  });

  test('twice within a moment, as npm and a terminal send it, is the same as once', async () => {
    const server = await start();
    const agent = new http.Agent({ keepAlive: true });
    const running = Promise.all(Array.from({ length: 20 }, () => signIn(server.port, agent)));
    await pause(20);
    process.kill(server.pid, 'SIGINT');
    process.kill(server.pid, 'SIGINT');
    const stopping = server.stop('SIGTERM');
    expect((await running).every(({ status }) => status === 200)).toBe(true);
    expect((await stopping).code).toBe(0);
    agent.destroy();
  });

  test('waits no longer for a request that does not end than it was told', async () => {
    const server = await start('listener.shutdownSeconds=1');
    const socket = net.connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /api/oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc');
    await pause(50);
    const { code, milliseconds } = await server.stop('SIGTERM');
    expect(code).toBe(1);
    expect(milliseconds).toBeGreaterThan(900);
    expect(await server.output()).toContain('1 requests were cut off');
    socket.destroy();
  });

  test('a second one that is meant ends it at once', async () => {
    const server = await start();
    const socket = net.connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /api/oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc');
    await pause(50);
    process.kill(server.pid, 'SIGTERM');
    await expect.poll(() => server.output()).toContain('Gatehouse stops');
    await pause(1_200);
    const { code, milliseconds } = await server.stop('SIGTERM');
    expect(code).toBe(1);
    // Half of the time that the request would be waited for.
    expect(milliseconds).toBeLessThan(15_000);
    socket.destroy();
  });
});
