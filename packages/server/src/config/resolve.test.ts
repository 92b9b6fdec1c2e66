import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashMachineSecret } from '@gatehouse/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileLayer } from '../world.test-support.ts';
import type { Config } from './config.ts';
import { coreSettings } from './core-settings.ts';
import { loadConfig } from './load-config.ts';
import { type ResolvedConfig, resolveConfig } from './resolve.ts';

const SECRET = 'x'.repeat(32);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Buffer): string => {
  writeFileSync(path.join(folder, name), content);
  return name;
};

const resolve = (config: Config | Record<string, unknown>): Promise<ResolvedConfig> =>
  resolveConfig(loadConfig([fileLayer(config, folder)]));

const client = { id: 'app', secrets: 'a-secret', redirectUris: ['https://app.example/cb'] };

describe('secrets', () => {
  test('[SEC-87] one line end of a file is cut, and only one', async () => {
    const secrets = [{ file: file('one', `${SECRET}\n`) }, { file: file('two', `${SECRET}\r\n\n`) }];
    expect((await resolve({ secrets })).secrets.secrets).toEqual([SECRET, `${SECRET}\r\n`]);
  });

  test('come by value, from the environment and from a function, first the one that seals', async () => {
    process.env['GATEHOUSE_TEST_SECRET'] = 'y'.repeat(40);
    const secrets = [() => 'z'.repeat(40), { env: 'GATEHOUSE_TEST_SECRET' }, SECRET];
    expect((await resolve({ secrets })).secrets).toEqual({
      secrets: ['z'.repeat(40), 'y'.repeat(40), SECRET],
      ephemeral: false,
    });
  });

  test('[SEC-46] without one a store that outlives the process is refused, and so is a listener for other machines', async () => {
    const missing = /^secrets is missing.*`gatehouse secret`/;
    await expect(resolve({ cache: { snapshot: { file: 'x' } } })).rejects.toThrow(missing);
    await expect(
      resolve({ issuer: 'https://as.example', listener: { host: '0.0.0.0', trustedHops: 1 } }),
    ).rejects.toThrow(missing);
  });

  test('on this machine, with a store that forgets, each process makes its own', async () => {
    const [one, two] = await Promise.all([resolve({}), resolve({})]);
    expect(one.secrets.ephemeral).toBe(true);
    expect(one.secrets.secrets).not.toEqual(two.secrets.secrets);
  });

  const wrong: [string, unknown, RegExp][] = [
    ['too short', 'short', /^secrets \(gatehouse\.config\.yaml\) has 5 bytes: a secret has at least 32/],
    ['the second too short', [SECRET, 'short'], /^secrets\.1 .*has 5 bytes/],
    ['a file that is not there', { file: 'nowhere' }, /names the file .*nowhere, which cannot be read/],
    ['a variable that is not set', { env: 'GATEHOUSE_TEST_NOT_SET' }, /GATEHOUSE_TEST_NOT_SET, which is not set/],
    ['a function that gives nothing', () => '', /is a function that gave no text/],
  ];
  test.each(wrong)('%s is refused', async (_, secrets, message) => {
    await expect(resolve({ secrets } as Config)).rejects.toThrow(message);
  });
});

describe('what settings say together', () => {
  const broken: [string, Record<string, unknown>, RegExp][] = [
    [
      'a certificate without its key',
      { listener: { tls: { certificate: 'c.pem' } } },
      /^listener\.tls\.key is missing/,
    ],
    [
      'a key without its certificate',
      { listener: { tls: { key: 'k.pem' } } },
      /^listener\.tls\.certificate is missing/,
    ],
    [
      'no issuer for other machines',
      { secrets: SECRET, listener: { host: '0.0.0.0', trustedHops: 1 } },
      /^issuer is missing/,
    ],
    ['a plain http issuer', { secrets: SECRET, issuer: 'http://as.example' }, /^issuer .* is plain http/],
    [
      'plain HTTP for other machines',
      { secrets: SECRET, issuer: 'https://as.example', listener: { host: '0.0.0.0' } },
      /^listener\.host .* would speak plain HTTP to other machines/,
    ],
    ['SameSite=None over http', { login: { cookie: { sameSite: 'None' } } }, /^login\.cookie\.sameSite .* not Secure/],
    [
      'one name for two cookies',
      { login: { cookie: { name: 'X' } }, authorize: { sessionCookie: { name: 'X' } } },
      /^authorize\.sessionCookie\.name .* that of login\.cookie too/,
    ],
    [
      '[AX-49] scopes by a hook that is not there',
      { grants: { implicit: { scopes: { source: 'hook' } } } },
      /^hooks\.chooseScopes/,
    ],
    [
      '[AX-93] owners by a hook that is not there',
      { grants: { password: { owner: { source: 'hook' } } } },
      /^hooks\.authenticateOwner/,
    ],
    [
      '[AX-93] owners of a directory whose place a hook takes',
      { grants: { password: { owner: { source: 'repository' } } }, hooks: { authenticateOwner: () => null } },
      /^hooks\.authenticateOwner .*the grant password names/,
    ],
    [
      '[AX-51] a path of the session cookie that does not reach the login form',
      { authorize: { sessionCookie: { path: '/api' } } },
      /^authorize\.sessionCookie\.path .* "\/api", which does not reach \/oauth\/login/,
    ],
    [
      '[AX-51] a path of the session cookie beside that of the issuer',
      { issuer: 'http://localhost/auth', authorize: { sessionCookie: { path: '/aut' } } },
      /^authorize\.sessionCookie\.path .* does not reach \/auth\/api\/oauth\/authorize/,
    ],
    [
      '[AX-158] a named store elsewhere',
      { stores: { A: 'postgresql://db' } },
      /^stores\.A .*not the deployment's store/,
    ],
    [
      '[AX-157] a store that has no name',
      { tokeninfo: { store: 'Nowhere' } },
      /^tokeninfo\.store .* which there is not/,
    ],
  ];
  test.each(broken)('%s is refused', async (_, config, message) => {
    await expect(resolve(config)).rejects.toThrow(message);
  });

  test.each([
    ['/oauth/login', '/oauth/login'],
    ['/oauth/logout', '/oauth/logout'],
    ['/as/token', '/as/token'],
    ['/as/jwks', '/as/jwks'],
    ['/.well-known/openid-configuration', '/.well-known/openid-configuration'],
    ['/health', '/health'],
    ['/xlib/style.css', '/xlib/*'],
    ['/metrics', '/metrics'],
  ])('UserInfo at %s, where something else is, is refused', async (userInfoPath, taken) => {
    const config = (path: string) => ({ basePath: '/as', metrics: { enabled: true }, openid: { userInfoPath: path } });
    await expect(resolve(config(userInfoPath))).rejects.toThrow(
      `openid.userInfoPath (gatehouse.config.yaml) is "${userInfoPath}", and something else is at ${taken}: give`,
    );
    await expect(resolve(config(`${userInfoPath.replace('/xlib', '')}-info`))).resolves.toBeDefined();
  });

  test('[SEC-43] a limit above what stores and registrations take is refused, and not taken without effect', async () => {
    for (const [name, most] of [
      ['clientId', 255],
      ['redirectUri', 2_048],
      ['scope', 4_096],
    ] as const) {
      await expect(resolve({ limits: { [name]: most } })).resolves.toBeDefined();
      const loading = async () => resolve({ limits: { [name]: most + 1 } });
      await expect(loading()).rejects.toThrow(`limits.${name}`);
    }
  });

  test('[AX-91] the name of an owner repository is taken, and said to change nothing', async () => {
    const { loaded } = await resolve({ login: { repository: 'Simple Active Directory' } });
    expect(loaded.warnings).toEqual([expect.stringMatching(/^login\.repository .*has no effect/)]);
  });

  const names: [string, Record<string, unknown>][] = [
    ['[AX-39] of codes', { authorize: { code: { store: 'Authz Code Store' } } }],
    ['[AX-69] of tokens', { grants: { password: { accessToken: { store: 'OAuth Access Token Store' } } } }],
    ['[AX-45] of implicit tokens', { grants: { implicit: { accessToken: { store: 'OAuth Access Token Store' } } } }],
    ['[AX-86] of codes that are redeemed', { grants: { authorization_code: { code: { store: 'Authz Code Store' } } } }],
    ['[AX-124] of the resource', { resource: { store: 'OAuth Access Token Store' } }],
    ['[AX-157] of its own', { stores: { Mine: 'cache:' }, revoke: { store: 'Mine' } }],
  ];
  test.each(names)('the name of a store %s leads to the one store', async (_, config) => {
    await expect(resolve(config)).resolves.toBeDefined();
  });

  test('[AX-159] another digest than SHA-256 is refused', async () => {
    expect(() => loadConfig([fileLayer({ digest: 'SHA-1' })])).toThrow(/^digest .* it must be one of "SHA-256"/);
  });

  test('[AX-1] plain HTTP for other machines is allowed where it is said', async () => {
    const listener = { host: '0.0.0.0', allowHttp: true };
    const { loopback } = await resolve({ issuer: 'http://as.example', secrets: SECRET, listener });
    expect(loopback).toBe(false);
  });

  test('several problems come at once', async () => {
    const config = {
      secrets: 'short',
      listener: { tls: { key: 'k' } },
      clients: [{ id: 'a' }, { ...client, id: '' + 'b', scopes: ['"'] }],
    };
    await expect(resolve(config)).rejects.toMatchObject({
      problems: [
        { key: 'listener.tls.certificate' },
        { key: 'secrets' },
        { key: 'clients.0.secrets' },
        { key: 'clients.1.scopes.0' },
      ],
    });
  });
});

describe('clients', () => {
  test('are kept with the hash of their secret alone', async () => {
    const { clients } = await resolve({ clients: [client] });
    expect(clients[0]).toMatchObject({ id: 'app', secrets: [{ hash: hashMachineSecret('a-secret') }] });
    expect(JSON.stringify(clients)).not.toContain('a-secret');
  });

  test('have two secrets while one replaces the other, from files too', async () => {
    const secrets = [
      { file: file('client', 'new\n') },
      { hash: hashMachineSecret('old'), expiresAt: '2030-01-01T00:00:00Z' },
    ];
    const { clients } = await resolve({ clients: [{ ...client, secrets }] });
    expect(clients[0]?.secrets).toEqual([
      { hash: hashMachineSecret('new') },
      { hash: hashMachineSecret('old'), expiresAt: Date.parse('2030-01-01T00:00:00Z') },
    ]);
  });

  test('have a secret from a function, as the server has', async () => {
    const { clients } = await resolve({ clients: [{ ...client, secrets: async () => 'from a vault' }] });
    expect(clients[0]?.secrets).toEqual([{ hash: hashMachineSecret('from a vault') }]);
  });

  test('an id that is there twice is refused', async () => {
    await expect(resolve({ clients: [client, client] })).rejects.toThrow(
      /^clients\.1\.id .* which another client has too/,
    );
  });

  test('a wrong member is named with its client', async () => {
    const clients = [{ ...client, redirectUris: ['javascript:alert(1)'] }];
    await expect(resolve({ clients })).rejects.toThrow(/^clients\.0\.redirectUris\.0 \(gatehouse\.config\.yaml\) /);
  });

  test('a secret that is missing for HMACs is told by the name of its setting', async () => {
    await expect(resolve({ clients: [{ ...client, idTokenSignedResponseAlg: 'HS256' }] })).rejects.toThrow(
      /^clients\.0\.idTokenSignedResponseAlg .* is an HMAC, and hmacSecrets has no secret of that many bits/,
    );
  });

  test('[AX-233] a logo is read from its file when it is a picture', async () => {
    const png = Buffer.from('89504e470d0a1a0a', 'hex');
    const { clients } = await resolve({ clients: [{ ...client, logo: { file: file('a.png', png) } }] });
    expect(clients[0]?.logo).toBe(`data:image/png;base64,${png.toString('base64')}`);
    const text = { clients: [{ ...client, logo: { file: file('b.png', 'not a picture') } }] };
    await expect(resolve(text)).rejects.toThrow(/^clients\.0\.logo .* which is no picture/);
  });
});

describe('owners', () => {
  const hash = 'argon2id:m=19456,t=2,p=1:Z2F0ZWhvdXNlLXNhbXBsZQ:15m26R-g0oEicz7WDKq81ZO_aFGsoJ5FtwRBlgcz-uU';

  test('are known by a subject of their own', async () => {
    const { owners } = await resolve({
      owners: [{ username: 'ann', passwordHash: hash, subject: '7', role: 'admin' }],
    });
    expect(owners[0]?.owner).toEqual({
      subject: '7',
      username: 'ann',
      enabled: true,
      locked: false,
      claims: { role: 'admin' },
    });
  });

  test('a hash that cannot be verified and a name that is there twice are refused, and no hash is shown', async () => {
    const owners = [
      { username: 'ann', passwordHash: 'argon2id:rubbish' },
      { username: 'ann', passwordHash: hash },
    ];
    const error = await resolve({ owners }).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({
      problems: [{ key: 'owners.0.passwordHash' }, { key: 'owners.1.username' }, { key: 'owners.1.subject' }],
    });
    expect(String(error)).not.toMatch(/rubbish|15m26R/);
  });
});

describe('error descriptions', () => {
  test('[AX-240] are read from a file of properties', async () => {
    const text = '# comment\n\ninvalid_grant=Not this one.\r\ninvalid_client : Who are you?\n';
    const { errorDescriptions } = await resolve({ errorDescriptions: { file: file('errors.properties', text) } });
    expect(errorDescriptions).toEqual({ invalid_grant: 'Not this one.', invalid_client: 'Who are you?' });
  });

  test('[AX-65] are written in the configuration', async () => {
    const { errorDescriptions } = await resolve({ errorDescriptions: { invalid_scope: 'No.' } });
    expect(errorDescriptions).toEqual({ invalid_scope: 'No.' });
  });
});

describe('grants', () => {
  test('that are named have to be there', async () => {
    const config = {
      grants: { pasword: { clientAuth: 'body' } },
      enabledGrants: ['magic'],
      clients: [{ ...client, grantTypes: ['client_credential'] }],
    };
    await expect(resolve(config)).rejects.toMatchObject({
      problems: [
        { key: 'grants.pasword', fix: 'did you mean "password"?' },
        { key: 'enabledGrants.0' },
        { key: 'clients.0.grantTypes.0', fix: 'did you mean "client_credentials"?' },
      ],
      // A question ends with its own sign.
      message: expect.stringMatching(/did you mean "client_credentials"\?$/),
    });
  });

  test('of your own are enabled, without a refresh token, and may be named', async () => {
    const handler = {
      grantType: 'urn:example:magic',
      clientAuth: 'required',
      parse: () => ({}),
      authorize: () => undefined,
    };
    const { config } = await resolve({
      customGrants: [handler],
      clients: [{ ...client, grantTypes: ['urn:example:magic'] }],
    });
    const settings = coreSettings(config, 'https://as.example', {
      errorDescriptions: {},
      mtlsAuthorities: [],
      trustedIssuers: new Map(),
    });
    expect(settings.enabledGrants).toContain('urn:example:magic');
    expect(settings.enabledGrants).toContain('password');
    expect(settings.grants.get('urn:example:magic')?.refreshToken.mode).toBe('none');
  });
});

describe('hooks', () => {
  test('for an event or a path that there is not are refused', async () => {
    const nothing = (): undefined => undefined;
    const config = {
      hooks: { events: { 'token.isued': nothing } },
      paths: { '/api/oauth/tokens': { request: nothing }, '/health': { request: nothing } },
    };
    await expect(resolve(config)).rejects.toMatchObject({
      problems: [
        { key: 'hooks.events.token.isued', fix: 'did you mean "token.issued"?' },
        {
          key: 'paths./api/oauth/tokens',
          problem: 'is no path of this server',
          fix: 'did you mean "/api/oauth/token"?',
        },
      ],
    });
  });

  test('[AX-8] for every path of ours are taken, under another base path too', async () => {
    await expect(
      resolve({ basePath: '/oauth2', paths: { '/oauth2/token': {}, '/oauth/login': {} } }),
    ).resolves.toBeDefined();
  });
});
