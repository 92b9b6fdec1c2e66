import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type StartedServer, startServer } from '@gatehouse/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { openBrowser } from '../server/browser.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const SAMPLE = `Basic ${btoa('SampleConfidentialApp:6808d4b6-ef09-4b0d-8f28-3b05da9c48ec')}`;
const CALLBACK = 'http://127.0.0.1:53682/callback';

let server: StartedServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

/** Every example has to be named here, so that none is without a test; the one of LDAP has a file of its own. */
const tried = new Set<string>(['hooks/ldap.config.ts']);

async function serve(example: string): Promise<StartedServer> {
  tried.add(example);
  server = await startServer({ args: ['--sample', '--config', path.join(EXAMPLES, example)] });
  return server;
}

type Answer = Readonly<Record<string, unknown>>;

async function post(
  url: string,
  form: Readonly<Record<string, string>>,
  authorization = SAMPLE,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: Answer }> {
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { ...headers, ...(authorization === '' ? {} : { authorization }) },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : {} };
}

const tokenOf = (base: string): string => `${base}/api/oauth/token`;
const authorizeUrl = (base: string): string =>
  `${base}/api/oauth/authorize?response_type=code&client_id=SampleConfidentialApp&redirect_uri=${encodeURIComponent(CALLBACK)}`;

describe('hooks', () => {
  test('[AX-93] [AX-224] authenticate-owner: owners of elsewhere sign in, with the password grant and on the page', async () => {
    const { url } = await serve('hooks/authenticate-owner.config.ts');
    const form = { grant_type: 'password', username: 'ann', password: 'open sesame' };
    expect((await post(tokenOf(url), form)).status).toBe(200);
    expect((await post(tokenOf(url), { ...form, password: 'wrong' })).body['error']).toBe('invalid_grant');
    const browser = openBrowser();
    const consent = await browser.submit(await browser.get(authorizeUrl(url)), {
      UserName: 'ann',
      Passwd: 'open sesame',
    });
    const done = await browser.submit(consent, { decision: 'allow' });
    expect(done.leaves?.searchParams.get('code')).toMatch(/^gC1/);
  });

  test('[AX-35] authenticated-subject: whom the proxy has signed in sees the consent page at once', async () => {
    const { url } = await serve('hooks/authenticated-subject.config.ts');
    const headers = { accept: 'text/html', 'x-signed-in-as': 'sampleuser' };
    const page = await (await fetch(authorizeUrl(url), { headers })).text();
    expect(page).toContain('name="interaction"');
    expect(page).not.toContain('name="Passwd"');
    expect(await (await fetch(authorizeUrl(url), { headers: { accept: 'text/html' } })).text()).toContain(
      'name="Passwd"',
    );
  });

  test('[AX-81] choose-scopes: the hook decides', async () => {
    const { url } = await serve('hooks/choose-scopes.config.ts');
    const scope = 'resource.READ resource.WRITE';
    const before = new Date().getUTCHours();
    const { body } = await post(tokenOf(url), { grant_type: 'client_credentials', scope });
    const after = new Date().getUTCHours();
    const expected = [before, after].map((hour) => (hour >= 8 && hour < 18 ? scope : 'resource.READ'));
    expect(expected).toContain(body['scope']);
  });

  test('[AX-68] [AX-121] add-metadata: the answer and tokeninfo show it', async () => {
    const { url } = await serve('hooks/add-metadata.config.ts');
    const { body } = await post(tokenOf(url), { grant_type: 'client_credentials' });
    expect(body['Department']).toBe('Samples');
    const info = await post(`${url}/api/oauth/tokeninfo`, { access_token: String(body['access_token']) }, '');
    expect(info.body['Department']).toBe('Samples');
  });

  test('add-claims: the ID token and UserInfo say more', async () => {
    const { url } = await serve('hooks/add-claims.config.ts');
    const browser = openBrowser();
    const login = await browser.get(`${authorizeUrl(url)}&scope=openid`);
    const consent = await browser.submit(login, { UserName: 'sampleuser', Passwd: 'changeme' });
    const { leaves } = await browser.submit(consent, { decision: 'allow' });
    const code = leaves?.searchParams.get('code') ?? '';
    const { body } = await post(tokenOf(url), { grant_type: 'authorization_code', code, redirect_uri: CALLBACK });
    const [, payload = ''] = String(body['id_token']).split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ role: 'resourceowner' });
    const headers = { authorization: `Bearer ${String(body['access_token'])}` };
    expect(await (await fetch(`${url}/api/openid/user_info`, { headers })).json()).toEqual({
      sub: 'sampleuser',
      groups: ['staff'],
    });
  });

  test('veto-issue: no token, and the reason is in the log alone', async () => {
    const started = await serve('hooks/veto-issue.config.ts');
    const token = tokenOf(started.url);
    const refused = await post(token, { grant_type: 'client_credentials', scope: 'resource.WRITE' });
    expect(refused.body['error']).toBe('access_denied');
    expect(refused.body).not.toHaveProperty('access_token');
    expect(JSON.stringify(refused.body)).not.toContain('back office');
    expect((await post(token, { grant_type: 'client_credentials', scope: 'resource.READ' })).status).toBe(200);
    expect(await started.output()).toContain('back office');
  });

  test('[AX-130] required-scopes: what is asked depends on what is done', async () => {
    const { url } = await serve('hooks/required-scopes.config.ts');
    const { body } = await post(tokenOf(url), { grant_type: 'client_credentials', scope: 'resource.READ' });
    const headers = { authorization: `Bearer ${String(body['access_token'])}` };
    expect((await fetch(`${url}/api/oauth/protected`, { headers })).status).toBe(200);
    const refused = await fetch(`${url}/api/oauth/protected`, { headers, method: 'PUT' });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toContain('resource.WRITE');
  });

  test('observe-events: another system is told', async () => {
    const started = await serve('hooks/observe-events.config.ts');
    await post(tokenOf(started.url), { grant_type: 'client_credentials' });
    await post(tokenOf(started.url), { grant_type: 'client_credentials', scope: 'nothing' });
    const output = await started.output();
    expect(output).toContain('audit: SampleConfidentialApp got resource.READ resource.WRITE by client_credentials');
    expect(output).toMatch(/audit: SampleConfidentialApp was refused at token: [a-z-]+/);
  });

  test('[AX-8] around-a-path: requests are seen before, answers after', async () => {
    const { url } = await serve('hooks/around-a-path.config.ts');
    expect((await fetch(`${url}/health`, { headers: { 'user-agent': 'BadBot/1' } })).status).toBe(403);
    const answer = await post(tokenOf(url), { grant_type: 'client_credentials' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-served-for')).toMatch(/^(127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)$/);
  });
});

test('custom-grant: a voucher is good for a token, and nothing else is', async () => {
  const { url } = await serve('custom-grant/gatehouse.config.ts');
  const authorization = `Basic ${btoa('voucher-app:a-secret-of-the-app')}`;
  const form = { grant_type: 'urn:example:voucher', voucher: 'SUMMER-2030' };
  expect((await post(tokenOf(url), form, authorization)).body).toMatchObject({ scope: 'events.read' });
  expect((await post(tokenOf(url), { ...form, voucher: 'x' }, authorization)).body['error']).toBe('invalid_grant');
  expect((await post(tokenOf(url), { grant_type: form.grant_type }, authorization)).body['error']).toBe(
    'invalid_request',
  );
  const metadata = (await (await fetch(`${url}/.well-known/oauth-authorization-server`)).json()) as {
    grant_types_supported: string[];
  };
  expect(metadata.grant_types_supported).toContain('urn:example:voucher');
});

test('custom-store: the server keeps its records where it is told', async () => {
  const started = await serve('custom-store/gatehouse.config.ts');
  const form = { grant_type: 'password', username: 'sampleuser', password: 'changeme' };
  expect(
    (
      await post(
        tokenOf(started.url),
        form,
        `Basic ${btoa('SampleConfidentialApp:6808d4b6-ef09-4b0d-8f28-3b05da9c48ec')}`,
      )
    ).status,
  ).toBe(200);
  await started.stop();
  expect(await started.output()).toMatch(/store calls: .*write \d+/);
});

test('[AX-33] [AX-232] [AX-10] custom-template: the page and its assets are one’s own', async () => {
  const { url } = await serve('custom-template/gatehouse.config.ts');
  const browser = openBrowser();
  const login = await browser.get(authorizeUrl(url));
  expect(login.html).toContain('Hello again');
  expect(login.html).toContain('This is the sign-in of Example Inc.');
  for (const [asset, type] of [
    ['brand.css', 'text/css'],
    ['logo.svg', 'image/svg+xml'],
  ] as const) {
    const response = await fetch(`${url}/xlib/${asset}`);
    expect(response.headers.get('content-type')).toContain(type);
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    await response.text();
  }
  for (const way of [
    '../gatehouse.config.ts',
    '%2e%2e%2fgatehouse.config.ts',
    '..%5cgatehouse.config.ts',
    '/etc/passwd',
    'brand.css%00',
  ])
    expect((await fetch(`${url}/xlib/${way}`)).status).toBe(404);
  const consent = await browser.submit(login, { UserName: 'sampleuser', Passwd: 'changeme' });
  expect(consent.html).toContain('requesting permission');
});

test('mount-in-hono: the app, its authorization server under a path, and a route that asks for its tokens', async () => {
  tried.add('mount-in-hono/server.ts');
  const port = await freePort();
  const child = spawn(process.execPath, [path.join(EXAMPLES, 'mount-in-hono/server.ts')], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    await once(child.stdout, 'data');
    const base = `http://localhost:${port}`.replace('localhost', '127.0.0.1');
    const well = (await (await fetch(`${base}/.well-known/oauth-authorization-server/auth`)).json()) as Answer;
    expect(well).toMatchObject({
      issuer: `http://localhost:${port}/auth`,
      token_endpoint: `http://localhost:${port}/auth/api/oauth/token`,
    });
    const authorization = `Basic ${btoa('my-app:a-secret-of-my-app')}`;
    const { body } = await post(`${base}/auth/api/oauth/token`, { grant_type: 'client_credentials' }, authorization);
    expect((await fetch(`${base}/orders`)).status).toBe(400);
    const orders = await fetch(`${base}/orders`, {
      headers: { authorization: `Bearer ${String(body['access_token'])}` },
    });
    expect(await orders.json()).toMatchObject({ client: 'my-app', orders: ['one', 'two'] });
    expect(await (await fetch(`${base}/`)).text()).toContain('My own app');
    const browser = openBrowser();
    const query = `response_type=code&client_id=my-app&redirect_uri=${encodeURIComponent(CALLBACK)}&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256`;
    const login = await browser.get(`${base}/auth/api/oauth/authorize?${query}`);
    const consent = await browser.submit(login, { UserName: 'ann', Passwd: 'a-password-of-ann' });
    expect(consent.url.pathname).toBe('/auth/api/oauth/authorize');
    const done = await browser.submit(consent, { decision: 'allow' });
    expect(done.leaves?.searchParams.get('iss')).toBe(`http://localhost:${port}/auth`);
    const redeemed = await post(
      `${base}/auth/api/oauth/token`,
      {
        grant_type: 'authorization_code',
        code: done.leaves?.searchParams.get('code') ?? '',
        redirect_uri: CALLBACK,
        code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      },
      authorization,
    );
    expect(redeemed.status).toBe(200);
  } finally {
    child.kill();
    await ended;
  }
});

test('there is no example that is not run here', () => {
  const programs = readdirSync(EXAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(EXAMPLES, entry.name, 'package.json')))
    .flatMap(({ name }) =>
      readdirSync(path.join(EXAMPLES, name))
        .filter((file) => file.endsWith('.ts'))
        .map((file) => `${name}/${file}`),
    );
  expect([...tried].sort()).toEqual(programs.sort());
});
