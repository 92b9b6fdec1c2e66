import { createHash, randomBytes } from 'node:crypto';
import { type StartedServer, startServer } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, openBrowser, type Page } from './browser.ts';

const CLIENT = { id: 'SampleConfidentialApp', secret: '6808d4b6-ef09-4b0d-8f28-3b05da9c48ec' };
const BASIC = `Basic ${btoa(`${CLIENT.id}:${CLIENT.secret}`)}`;
const CALLBACK = 'http://127.0.0.1:53682/callback';
const SERVER_SECRET = randomBytes(32).toString('base64url');
const WRONG_PASSWORD = 'wrong-password-0123456789';

type Answer = Readonly<Record<string, unknown>>;

/** Everything that was handed out or sent in and belongs in no log. */
const secrets = new Set<string>([CLIENT.secret, BASIC.slice(6), SERVER_SECRET, 'changeme', WRONG_PASSWORD]);
const keep = (...values: readonly unknown[]): void => {
  for (const value of values) if (typeof value === 'string' && value.length > 7) secrets.add(value);
};

let server: StartedServer;
beforeAll(async () => {
  server = await startServer({
    args: ['--sample', '--log-level', 'debug', '--set', 'purge.intervalSeconds=1', '--set', 'log.format=json'],
    env: { GATEHOUSE_SECRETS: SERVER_SECRET },
  });
});
afterAll(() => server.stop());

async function post(
  path: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${server.url}/api/oauth/${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { authorization: BASIC, ...headers },
  });
  const text = await response.text();
  const answer = (text.startsWith('{') ? JSON.parse(text) : {}) as Answer;
  keep(answer['access_token'], answer['refresh_token']);
  return answer;
}

function authorizeUrl(parameters: Readonly<Record<string, string>>): URL {
  const url = new URL('/api/oauth/authorize', server.url);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT.id,
    redirect_uri: CALLBACK,
    ...parameters,
  }).toString();
  return url;
}

async function signIn(browser: Browser, url: URL): Promise<Page> {
  const login = await browser.get(url);
  const failed = await browser.submit(login, { UserName: 'sampleuser', Passwd: WRONG_PASSWORD });
  return browser.submit(failed, { UserName: 'sampleuser', Passwd: 'changeme' });
}

/** Each flow once, well and badly; every secret of it is kept. */
async function everyFlow(): Promise<void> {
  const browser = openBrowser();
  const verifier = randomBytes(32).toString('base64url');
  const state = `state-${randomBytes(16).toString('hex')}`;
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  keep(verifier, state);
  const consent = await signIn(
    browser,
    authorizeUrl({ state, code_challenge: challenge, code_challenge_method: 'S256' }),
  );
  const allowed = await browser.submit(consent, { decision: 'allow' });
  const code = allowed.leaves?.searchParams.get('code') ?? '';
  expect(code).toMatch(/^gC1/);
  keep(code);
  const redeem = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
  const tokens = await post('token', { ...redeem, code_verifier: verifier });
  const refresh = String(tokens['refresh_token']);
  expect(refresh).toMatch(/^gR1/);
  const rotated = await post('token', { grant_type: 'refresh_token', refresh_token: refresh });
  await post('token', { grant_type: 'refresh_token', refresh_token: refresh });
  await post('tokeninfo', { access_token: String(rotated['access_token']) }, { authorization: '' });
  await post('introspect', { token: String(rotated['access_token']) });
  await fetch(`${server.url}/api/oauth/protected`, {
    headers: { authorization: `Bearer ${String(rotated['access_token'])}` },
  });
  await fetch(`${server.url}/api/oauth/protected?access_token=${String(rotated['access_token'])}`);
  await post('token', { ...redeem, code_verifier: verifier });
  await post('token', { grant_type: 'refresh_token', refresh_token: `${refresh}x` });
  await post('revoke', { token: String(rotated['refresh_token']) });
  const implicit = await browser.get(authorizeUrl({ response_type: 'token', state }));
  keep(new URLSearchParams(implicit.leaves?.hash.slice(1)).get('access_token'));
  const hybrid = authorizeUrl({ response_type: 'code id_token', scope: 'openid', nonce: 'n', state });
  const openid = await browser.submit(await browser.get(hybrid), { decision: 'allow' });
  const idToken = new URLSearchParams(openid.leaves?.hash.slice(1)).get('id_token') ?? '';
  expect(idToken).toMatch(/^eyJ/);
  keep(idToken);
  await fetch(authorizeUrl({ scope: 'openid', id_token_hint: idToken, prompt: 'none' }), { redirect: 'manual' });
  await fetch(`${server.url}/oauth/logout?id_token_hint=${idToken}x`);
  await fetch(`${server.url}/api/openid/user_info?id_token_hint=${idToken}`);
  const own = await post('token', { grant_type: 'password', username: 'sampleuser', password: 'changeme' });
  await post('token', { grant_type: 'password', username: 'sampleuser', password: WRONG_PASSWORD });
  await post('token', { grant_type: 'client_credentials' });
  await post(
    'token',
    { grant_type: 'client_credentials', client_id: CLIENT.id, client_secret: CLIENT.secret },
    { authorization: '' },
  );
  await post('token', { grant_type: 'client_credentials', client_secret: CLIENT.secret });
  await post('token', { grant_type: `x${String(own['access_token'])}` });
  await fetch(`${server.url}/api/oauth/token?client_secret=${CLIENT.secret}&code=${code}`, { method: 'POST' });
  await fetch(`${server.url}/${code}/${refresh}`);
  await fetch(authorizeUrl({ redirect_uri: `${CALLBACK}/${code}`, scope: String(own['access_token']) }));
  const account = await browser.get(`${server.url}/oauth/logout`);
  await browser.submit(account, {});
  keep(...browser.secrets);
}

describe('[SEC-123] [AX-4] a run at debug level', () => {
  test('shows no handle, secret, code, cookie, password or verifier in any output', async () => {
    await everyFlow();
    const output = await server.output();
    expect(output.split('\n').length).toBeGreaterThan(25);
    expect(secrets.size).toBeGreaterThan(18);
    const seen = [...secrets].filter(
      (secret) => output.includes(secret) || output.includes(encodeURIComponent(secret)),
    );
    expect(seen).toEqual([]);
    // Also no part of one that would let somebody try the rest.
    const parts = [...secrets]
      .filter((secret) => secret.length > 24)
      .filter((secret) => output.includes(secret.slice(-16)));
    expect(parts).toEqual([]);
  });

  test('shows each request with its trace id, and what was refused with the reason', async () => {
    const records = (await server.output())
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Answer);
    const refused = records.filter((record) => 'request.refused' in record);
    expect(refused.length).toBeGreaterThan(6);
    for (const record of refused) {
      expect(record['traceId']).toMatch(/^[0-9a-f]{32}$/);
      expect(record['request.refused']).toHaveProperty('check');
    }
    expect(records.some((record) => 'token.issued' in record)).toBe(true);
    expect(records.some((record) => 'login.failed' in record)).toBe(true);
  });
});

describe('for people', () => {
  test('a line says time, level, what and why, and the start is a readable banner', async () => {
    const readable = await startServer({ args: ['--sample'] });
    try {
      await fetch(`${readable.url}/api/oauth/token`, { method: 'POST' });
      const request = /^\d\d:\d\d:\d\d\.\d{3} INFO {2}POST \/api\/oauth\/token 400 traceId=[0-9a-f]{32}/m;
      await expect.poll(() => readable.output()).toMatch(/^Gatehouse \d+\.\d+\.\d+ is ready$/m);
      const output = await readable.output();
      expect(output).toMatch(request);
      expect(output).toMatch(new RegExp(`^ {2}Address {2}${readable.url}$`, 'm'));
      expect(output).toMatch(/^ {2}Store {4}cache: /m);
      expect(output).toMatch(/^ {2}Warning {2}Sample clients and owners are on/m);
      expect(output).toMatch(/^ {2}Warning {2}Plain HTTP/m);
    } finally {
      await readable.stop();
    }
  });
});
