import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { type StartedServer, startServer } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BASIC = `Basic ${btoa('SampleConfidentialApp:6808d4b6-ef09-4b0d-8f28-3b05da9c48ec')}`;
const FLOOD = 1_000;

let server: StartedServer;
beforeAll(async () => {
  server = await startServer({
    args: [
      '--sample',
      '--set',
      'login.lockout.enabled=false',
      '--set',
      'listener.requestSeconds=600',
      '--log-level',
      'silent',
    ],
  });
});
afterAll(() => server.stop());

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly error: unknown;
}

/** As many connections as requests: they meet in the server, not in a queue here. */
const agent = new http.Agent({ maxSockets: FLOOD });
afterAll(() => agent.destroy());

/** A request that the server has, all but its body: it says so with 100 Continue. @returns sends that, for the answer */
async function beginToken(form: Readonly<Record<string, string>>): Promise<() => Promise<Answer>> {
  const body = new URLSearchParams(form).toString();
  const request = http.request(`${server.url}/api/oauth/token`, {
    method: 'POST',
    agent,
    headers: {
      authorization: BASIC,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': body.length,
      expect: '100-continue',
    },
  });
  await once(request, 'continue');
  return async () => {
    request.end(body);
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const { error } = JSON.parse(await text(response)) as { error?: unknown };
    return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] ?? null, error };
  };
}

async function token(form: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(`${server.url}/api/oauth/token`, {
    method: 'POST',
    headers: { authorization: BASIC },
    body: new URLSearchParams(form),
  });
  const body = (await response.json()) as { error?: unknown };
  return { status: response.status, retryAfter: response.headers.get('retry-after'), error: body.error };
}

describe('[SEC-141] 1000 wrong passwords at once', () => {
  test('are refused, or told to come again; tokens without a password are given meanwhile', async () => {
    let flooding = FLOOD;
    // All are there before any is whole: else a slow machine would hash the first while the last are on their way.
    const begun = await Promise.all(
      Array.from({ length: FLOOD }, (_, i) =>
        beginToken({ grant_type: 'password', username: `user${i % 7}`, password: `wrong${i}` }),
      ),
    );
    const flood = begun.map(async (send) => {
      const answer = await send();
      flooding--;
      return answer;
    });
    const meanwhile: Answer[] = [];
    while (flooding > FLOOD / 2) meanwhile.push(await token({ grant_type: 'client_credentials' }));
    const answers = await Promise.all(flood);
    const busy = answers.filter(({ status }) => status === 503);
    const refused = answers.filter(({ status, error }) => status === 400 && error === 'invalid_grant');
    expect(busy.length + refused.length).toBe(FLOOD);
    expect(busy.length).toBeGreaterThan(FLOOD / 2);
    // Two a core and 64 that wait, and those that came after some of them were done.
    expect(refused.length).toBeGreaterThan(0);
    for (const { retryAfter } of busy) expect(Number(retryAfter)).toBeGreaterThan(0);
    expect(meanwhile.length).toBeGreaterThan(0);
    for (const { status } of meanwhile) expect(status).toBe(200);
    expect((await token({ grant_type: 'password', username: 'sampleuser', password: 'changeme' })).status).toBe(200);
  });
});
