import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type StartedServer, startServer } from '@gatehouse/testkit';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { anOwner } from '../clients/owner.ts';
import { CALLBACK, CONFIDENTIAL } from '../clients/sample.ts';
import { openBrowser } from '../server/browser.ts';
import { gatehouse, temporaryFolder } from '../server/command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const fileIn = (name: string): string => path.join(folder.path, name);

async function start(...args: string[]): Promise<StartedServer> {
  const server = await startServer({ args: ['--sample', ...args] });
  onTestFinished(async () => {
    await server.stop();
  });
  return server;
}
const withKeys = (...names: string[]): string =>
  `--set=idToken.keys=${JSON.stringify(names.map((file) => ({ file: fileIn(file) })))}`;
const get = (url: string, headers: Record<string, string> = {}): Promise<Response> => fetch(url, { headers });
const json = async (url: string): Promise<Record<string, unknown>> =>
  (await (await get(url)).json()) as Record<string, unknown>;

/** The ID token of one sign-in. */
async function idTokenFrom(server: StartedServer): Promise<string> {
  const asked = { response_type: 'code', client_id: CONFIDENTIAL.id, redirect_uri: CALLBACK, scope: 'openid email' };
  const answer = await anOwner().authorize(`${server.url}/api/oauth/authorize?${new URLSearchParams(asked)}`);
  const response = await fetch(`${server.url}/api/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${CONFIDENTIAL.id}:${CONFIDENTIAL.secret}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: answer.searchParams.get('code') ?? '',
      redirect_uri: CALLBACK,
    }),
  });
  return String(((await response.json()) as Record<string, unknown>)['id_token']);
}

describe('what describes the server', () => {
  test('is one value at both places, with an address for each thing that is there', async () => {
    const { url } = await start();
    const discovery = await json(`${url}/.well-known/openid-configuration`);
    expect(await json(`${url}/.well-known/oauth-authorization-server`)).toEqual(discovery);
    expect(discovery).toMatchObject({
      issuer: url,
      jwks_uri: `${url}/api/oauth/jwks`,
      userinfo_endpoint: `${url}/api/openid/user_info`,
      end_session_endpoint: `${url}/oauth/logout`,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'HS384', 'HS512'],
      request_uri_parameter_supported: false,
      response_types_supported: expect.arrayContaining(['code', 'id_token', 'code id_token token']),
    });
    for (const name of ['jwks_uri', 'userinfo_endpoint', 'end_session_endpoint', 'authorization_endpoint'])
      expect([200, 400, 401]).toContain((await get(String(discovery[name]))).status);
  });

  test('the key set is for everybody, and holds no key that signs', async () => {
    const { url } = await start();
    const response = await get(`${url}/api/oauth/jwks`, { origin: 'https://app.example' });
    expect(response.headers.get('content-type')).toBe('application/jwk-set+json');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']]);
  });

  test('under an issuer with a path it is behind that path (OpenID Connect Discovery 4)', async () => {
    const { port, url } = await start('--set=issuer=http://localhost/tenant');
    expect(port).toBeGreaterThan(0);
    const discovery = await json(`${url}/.well-known/openid-configuration`);
    expect(discovery).toMatchObject({
      issuer: 'http://localhost/tenant',
      jwks_uri: 'http://localhost/tenant/api/oauth/jwks',
    });
  });

  test('without a key, beside a store that outlives the process, nothing of it is there', async () => {
    const store = `--set=store=sqlite:${fileIn('none.db')}`;
    await gatehouse(['migrate', store]);
    const server = await start(store, `--set=secrets=${'s'.repeat(43)}`);
    for (const place of ['/.well-known/openid-configuration', '/api/oauth/jwks', '/api/openid/user_info'])
      expect((await get(server.url + place)).status).toBe(404);
    const metadata = await json(`${server.url}/.well-known/oauth-authorization-server`);
    expect(metadata).not.toHaveProperty('jwks_uri');
    expect(await idTokenFrom(server)).toBe('undefined');
  });

  test('openid.discovery off leaves the rest', async () => {
    const { url } = await start('--set=openid.discovery=false', '--set=idToken.issuer=https://old.example');
    expect((await get(`${url}/.well-known/openid-configuration`)).status).toBe(404);
    expect((await get(`${url}/api/oauth/jwks`)).status).toBe(200);
  });
});

describe('[AX-149] keys', () => {
  test('`gatehouse keys` makes one that only its owner may read, and never writes over another', async () => {
    const made = await gatehouse(['keys', fileIn('rsa.pem'), '--json']);
    expect(JSON.parse(made.stdout)).toMatchObject({ algorithm: 'RS256', kid: expect.stringMatching(/^[\w-]{43}$/) });
    expect(statSync(fileIn('rsa.pem')).mode & 0o777).toBe(0o600);
    const before = readFileSync(fileIn('rsa.pem'), 'utf8');
    const again = await gatehouse(['keys', fileIn('rsa.pem')]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('is there already') });
    expect(readFileSync(fileIn('rsa.pem'), 'utf8')).toBe(before);
    expect((await gatehouse(['keys'])).code).toBe(2);
    expect(await gatehouse(['keys', fileIn('x.pem'), '--algorithm', 'none'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('RS256, ES256, ES384, ES512, EdDSA'),
    });
  });

  test('change places while everybody who has the set can verify what either signed', async () => {
    await gatehouse(['keys', fileIn('old.pem')]);
    await gatehouse(['keys', fileIn('new.pem'), '--algorithm', 'ES256']);
    const [before, after] = [await start(withKeys('old.pem', 'new.pem')), await start(withKeys('new.pem', 'old.pem'))];
    const set = createLocalJWKSet((await json(`${before.url}/api/oauth/jwks`)) as never);
    for (const [server, alg] of [
      [before, 'RS256'],
      [after, 'ES256'],
    ] as const) {
      const { payload, protectedHeader } = await jwtVerify(await idTokenFrom(server), set, {
        audience: CONFIDENTIAL.id,
      });
      expect([protectedHeader.alg, payload.sub]).toEqual([alg, 'sampleuser']);
    }
  });

  test.each([
    ['a certificate', '-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----', 'no private key in PEM'],
    ['nothing', '\n', 'empty'],
  ])('%s in place of a key is a sentence without a word of it', async (_, text, problem) => {
    const { code, stderr } = await gatehouse([
      'check',
      '--sample',
      `--set=idToken.keys=${text.trim() === '' ? '{"file":"/dev/null"}' : text}`,
    ]);
    expect(code).toBe(78);
    expect(stderr).toContain(problem);
    expect(stderr).toContain('idToken.keys');
    expect(stderr).not.toContain('c2VjcmV0');
  });

  test.each(['keys', 'retiredKeys'])(
    'two in one file of idToken.%s are refused, for only one of them would be taken',
    async (setting) => {
      const keys = ['P-256', 'P-384'].map((namedCurve) => generateKeyPairSync('ec', { namedCurve }).privateKey);
      writeFileSync(fileIn('both.pem'), keys.map((key) => key.export({ type: 'pkcs8', format: 'pem' })).join(''));
      const { code, stderr } = await gatehouse([
        'check',
        '--sample',
        `--set=idToken.${setting}=${JSON.stringify({ file: fileIn('both.pem') })}`,
      ]);
      expect(code).toBe(78);
      expect(stderr).toMatch(
        new RegExp(`idToken.${setting} .* has several keys in one PEM text, .*: give each key as a file of its own`),
      );
    },
  );

  test('a client that waits for another algorithm is named at the start', async () => {
    const client = { id: 'app', secrets: 'x'.repeat(32), idTokenSignedResponseAlg: 'ES256' };
    const { code, stderr, stdout } = await gatehouse(['check', `--set=clients=${JSON.stringify([client])}`]);
    expect(code).not.toBe(0);
    expect(stderr + stdout).toContain(
      'The client "app" has idTokenSignedResponseAlg ES256, but idToken.keys has no key for that, only for RS256;',
    );
  });
});

describe('scripts at UserInfo', () => {
  test('of a client’s origin may ask and read, and of no other', async () => {
    const client = {
      id: 'spa',
      type: 'public',
      redirectUris: [CALLBACK],
      corsOrigins: ['https://spa.example'],
      skipConsent: false,
    };
    const server = await start(`--set=clients=${JSON.stringify([client])}`);
    const at = `${server.url}/api/openid/user_info`;
    const allowed = async (origin: string, init: RequestInit): Promise<string | null> => {
      const response = await fetch(at, { ...init, headers: { ...init.headers, origin } });
      return response.headers.get('access-control-allow-origin');
    };
    const preflight = { method: 'OPTIONS', headers: { 'access-control-request-method': 'GET' } };
    expect(await allowed('https://spa.example', preflight)).toBe('https://spa.example');
    expect(await allowed('https://evil.test', preflight)).toBeNull();
    // What is refused before its client is known.
    expect(await allowed('https://spa.example', { headers: { authorization: 'Bearer x' } })).toBe(
      'https://spa.example',
    );
    expect(await allowed('https://evil.test', { headers: { authorization: 'Bearer x' } })).toBeNull();
    expect(await allowed('null', {})).toBeNull();
  });
});

test('an owner signs out at a client’s wish, by a page of ours, and goes back there', async () => {
  const client = {
    id: 'web',
    type: 'public',
    redirectUris: [CALLBACK],
    postLogoutRedirectUris: ['http://127.0.0.1:53682/bye'],
  };
  const server = await start(`--set=clients=${JSON.stringify([client])}`);
  const browser = openBrowser();
  const asked = { response_type: 'code', client_id: 'web', redirect_uri: CALLBACK, scope: 'openid' };
  const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
  const login = await browser.get(
    `${server.url}/api/oauth/authorize?${new URLSearchParams({ ...asked, ...challenge })}`,
  );
  await browser.submit(login, { UserName: 'sampleuser', Passwd: 'changeme' });
  const leave = { client_id: 'web', post_logout_redirect_uri: 'http://127.0.0.1:53682/bye', state: 'a b' };
  const page = await browser.get(`${server.url}/oauth/logout?${new URLSearchParams(leave)}`);
  expect(page.html).toContain('sampleuser');
  const after = await browser.submit(page, {});
  expect(after.leaves?.href).toBe('http://127.0.0.1:53682/bye?state=a%20b');
  expect((await browser.get(`${server.url}/oauth/logout`)).html).not.toContain('sampleuser');
});
