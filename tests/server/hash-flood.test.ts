import { type StartedServer, startServer } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BASIC = `Basic ${btoa('SampleConfidentialApp:6808d4b6-ef09-4b0d-8f28-3b05da9c48ec')}`;
const FLOOD = 1_000;

let server: StartedServer;
beforeAll(async () => {
  server = await startServer({ args: ['--sample', '--set', 'login.lockout.enabled=false', '--log-level', 'silent'] });
});
afterAll(() => server.stop());

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly error: unknown;
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
    const flood = Array.from({ length: FLOOD }, async (_, i) => {
      const answer = await token({ grant_type: 'password', username: `user${i % 7}`, password: `wrong${i}` });
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
