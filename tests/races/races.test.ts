import http from 'node:http';
import { type StartedServer, startServer } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOwner } from '../clients/owner.ts';
import { CALLBACK, CONFIDENTIAL } from '../clients/sample.ts';

const RACERS = 1_000;
const authorization = `Basic ${Buffer.from(`${CONFIDENTIAL.id}:${CONFIDENTIAL.secret}`).toString('base64')}`;

let server: StartedServer;
// As many connections as racers: the requests meet in the server, not in a queue here.
const agent = new http.Agent({ maxSockets: RACERS, keepAlive: true });
beforeAll(async () => {
  // A thousand at once may take a slow machine longer than the grace is by default.
  server = await startServer({ args: ['--set', 'refresh.graceSeconds=300'] });
});
afterAll(async () => {
  agent.destroy();
  await server.stop();
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

function post(path: string, form: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${server.url}/api/oauth/${path}`, {
      method: 'POST',
      agent,
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.end(new URLSearchParams(form).toString());
  });
}

async function newCode(): Promise<string> {
  const url = new URL(`${server.url}/api/oauth/authorize`);
  url.search = new URLSearchParams({
    client_id: CONFIDENTIAL.id,
    response_type: 'code',
    redirect_uri: CALLBACK,
  }).toString();
  return (await anOwner().authorize(url)).searchParams.get('code') ?? '';
}
const redeem = (code: string): Promise<Answer> =>
  post('token', { grant_type: 'authorization_code', code, redirect_uri: CALLBACK });
const refresh = (token: string): Promise<Answer> =>
  post('token', { grant_type: 'refresh_token', refresh_token: token });
const isActive = async (token: string): Promise<unknown> =>
  (JSON.parse((await post('introspect', { token })).text) as { active: unknown }).active;
const count = (answers: readonly Answer[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status, text } of answers) {
    const name = status === 200 ? '200' : `${status} ${(JSON.parse(text) as { error: string }).error}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

describe('over HTTP', () => {
  it(`[SEC-2] ${RACERS} redemptions of one code: one is given tokens, and the replays end the family`, async () => {
    const code = await newCode();
    const answers = await Promise.all(Array.from({ length: RACERS }, () => redeem(code)));
    expect(count(answers)).toEqual({ 200: 1, '400 invalid_grant': RACERS - 1 });
    const won = JSON.parse(answers.find((a) => a.status === 200)?.text ?? '{}') as { access_token: string };
    expect(await isActive(won.access_token)).toBe(false);
  });

  it(`[SEC-1] ${RACERS} refreshes of one token: one and the same answer for all`, async () => {
    const first = JSON.parse((await redeem(await newCode())).text) as { refresh_token: string };
    const answers = await Promise.all(Array.from({ length: RACERS }, () => refresh(first.refresh_token)));
    expect(count(answers)).toEqual({ 200: RACERS });
    expect(new Set(answers.map((a) => a.text)).size).toBe(1);
    const won = JSON.parse(answers[0]?.text ?? '{}') as { access_token: string; refresh_token: string };
    expect(await isActive(won.access_token)).toBe(true);
    expect((await refresh(won.refresh_token)).status).toBe(200);
  });

  it('the second of 500 generations, brought back at the end, is recognised and ends the family', async () => {
    let answer = JSON.parse((await redeem(await newCode())).text) as { access_token: string; refresh_token: string };
    let second = '';
    for (let i = 0; i < 500; i++) {
      answer = JSON.parse((await refresh(answer.refresh_token)).text) as typeof answer;
      if (i === 0) second = answer.refresh_token;
    }
    expect(await isActive(answer.access_token)).toBe(true);
    expect(count([await refresh(second)])).toEqual({ '400 invalid_grant': 1 });
    expect(await isActive(answer.access_token)).toBe(false);
    expect(count([await refresh(answer.refresh_token)])).toEqual({ '400 invalid_grant': 1 });
  });
});
