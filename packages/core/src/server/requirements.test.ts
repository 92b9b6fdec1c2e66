import { describe, expect, it } from 'vitest';
import { validateTrustedIssuer } from '../assertions/validate-trusted-issuer.ts';
import { JWT_BEARER } from '../grants/jwt-bearer.ts';
import { aClient } from '../grants/world.test-support.ts';
import { Atomicity, type StoreCapabilities } from '../store/capabilities.ts';
import { STORE_LIMITS } from '../store/validate.ts';
import type { Settings } from './config.ts';
import { DEFAULT_LIMITS, DEFAULT_RESOURCE, DEFAULT_SETTINGS, DEFAULT_TOKENS } from './defaults.ts';
import { auditFeatures } from './feature-audit.ts';
import { checkRequirements, requireCapabilities } from './requirements.ts';

const SHARED: StoreCapabilities = {
  change: Atomicity.cluster,
  additions: 'atomic',
  visibility: { registers: 'cluster', tokens: 'cluster', boundMs: 0 },
  expiry: 'sweep',
  expiryStep: 1,
  retention: 'until-expiry',
  durable: true,
  listing: 'exact',
  clockTolerance: 1_000,
};
const LOCAL: StoreCapabilities = {
  ...SHARED,
  change: Atomicity.process,
  visibility: { registers: 'process', tokens: 'process', boundMs: 0 },
  retention: 'may-evict',
  durable: false,
  clockTolerance: 0,
};

const settings = (over: Partial<Settings> = {}): Settings => ({
  ...DEFAULT_SETTINGS,
  issuer: 'https://as.example',
  ...over,
});
const faults = (over: Partial<Settings>) => checkRequirements(settings(over), SHARED);
const grant = (name: string, over: Partial<Settings['grants'] extends ReadonlyMap<string, infer T> ? T : never>) => ({
  grants: new Map([...DEFAULT_SETTINGS.grants, [name, { ...DEFAULT_TOKENS, ...over }]]),
});

describe('a start', () => {
  it('is allowed by the defaults, on a shared store and on one of its own', () => {
    expect(checkRequirements(settings(), SHARED, { workers: 4 })).toEqual([]);
    expect(checkRequirements(settings(), LOCAL)).toEqual([]);
    expect(() => requireCapabilities(settings(), LOCAL)).not.toThrow();
  });

  it('with several workers is refused on a store of one process', () => {
    const [first, second, ...more] = checkRequirements(settings(), LOCAL, { workers: 2 });
    expect(first).toMatch(/workers is 2.*one process/);
    expect(second).toMatch(/workers is 2/);
    expect(more).toEqual([]);
    expect(() => requireCapabilities(settings(), LOCAL, { workers: 2 })).toThrow('workers');
  });

  it('is refused on a store that cannot decide a race', () => {
    expect(checkRequirements(settings(), { ...SHARED, change: Atomicity.none })).toEqual([
      expect.stringContaining('store'),
    ]);
  });

  it('is refused where clocks may differ by more than the grace', () => {
    const slack = { ...SHARED, clockTolerance: 15_000 };
    expect(checkRequirements(settings(), slack)).toEqual([expect.stringContaining('refresh.graceSeconds')]);
    expect(checkRequirements(settings({ refresh: { ...DEFAULT_SETTINGS.refresh, graceSeconds: 31 } }), slack)).toEqual(
      [],
    );
    expect(checkRequirements(settings({ refresh: { ...DEFAULT_SETTINGS.refresh, graceSeconds: 0 } }), slack)).toEqual(
      [],
    );
  });

  it('[SEC-126] is refused where a client has the name of an owner', () => {
    const clients = [aClient({ id: 'app' }), aClient({ id: 'ann' })];
    const deployment = { clients, subjects: ['ann', 'bob'] };
    expect(checkRequirements(settings(), SHARED, deployment)).toEqual([expect.stringContaining('"ann"')]);
  });

  it('[SEC-126] is refused where a client has the name of a trusted issuer', () => {
    const trustedIssuers = new Map([['app', validateTrustedIssuer({ issuer: 'app', jwksUri: 'https://idp.example' })]]);
    const clients = [aClient({ id: 'app' }), aClient({ id: 'other' })];
    expect(checkRequirements(settings({ trustedIssuers }), SHARED, { clients })).toEqual([
      expect.stringContaining('"app"'),
    ]);
  });

  it('is refused where a client may use assertions and the store forgets which were used (R44), unless a setting allows it', () => {
    const clients = [aClient({ grantTypes: [JWT_BEARER] }), aClient({ id: 'b', authMethods: ['private_key_jwt'] })];
    expect(checkRequirements(settings(), LOCAL, { clients })).toEqual([
      expect.stringContaining('"app" may use urn:ietf:params:oauth:grant-type:jwt-bearer'),
      expect.stringContaining('"b" may use private_key_jwt'),
    ]);
    expect(checkRequirements(settings(), SHARED, { clients })).toEqual([]);
    const assertion = { ...DEFAULT_SETTINGS.assertion, allowReplayAfterRestart: true };
    expect(checkRequirements(settings({ assertion }), LOCAL, { clients })).toEqual([]);
  });

  it('[SEC-125] is refused where a public client may use assertions and no trusted issuer lists it', () => {
    const clients = [aClient({ type: 'public', grantTypes: [JWT_BEARER] })];
    const issuer = { issuer: 'idp', jwksUri: 'https://idp.example' };
    const trusting = (entry: object): Settings =>
      settings({ trustedIssuers: new Map([['idp', validateTrustedIssuer({ ...issuer, ...entry })]]) });
    for (const given of [settings(), trusting({}), trusting({ clients: ['other'] })])
      expect(checkRequirements(given, SHARED, { clients })).toEqual([expect.stringContaining('trustedIssuers')]);
    expect(checkRequirements(trusting({ clients: ['app'] }), SHARED, { clients })).toEqual([]);
  });

  it.each([
    'as.example',
    'https://as.example/?x',
    'https://as.example/?',
    'https://as.example/#',
    'https://user@as.example',
    'http://as.example',
    'http://127.0.0.1.evil.test',
    'ftp://as.example',
    '',
  ])('is refused with the issuer %j', (issuer) => {
    expect(faults({ issuer })).toEqual([expect.stringContaining('issuer')]);
  });

  it.each(['https://as.example/tenant', 'http://localhost:8089', 'http://127.0.0.1:8089', 'http://[::1]:8089'])(
    'is allowed with the issuer %s',
    (issuer) => {
      expect(faults({ issuer })).toEqual([]);
    },
  );

  it('in the clear is allowed only where the deployment says so', () => {
    expect(checkRequirements(settings({ issuer: 'http://as.example' }), SHARED, { allowHttp: true })).toEqual([]);
  });

  const { authorize, clientAuthentication, login, revoke, tokeninfo } = DEFAULT_SETTINGS;
  it.each<[string, Partial<Settings>]>([
    ['basePath', { basePath: 'api' }],
    ['basePath', { basePath: '/api/' }],
    ['basePath', { basePath: '/a b' }],
    ['enabledGrants', { enabledGrants: new Set(['device_code']) }],
    [
      'grants.password.accessToken.length',
      grant('password', { accessToken: { ...DEFAULT_TOKENS.accessToken, length: 28 } }),
    ],
    [
      'grants.password.accessToken.length',
      grant('password', { accessToken: { ...DEFAULT_TOKENS.accessToken, length: 257 } }),
    ],
    [
      'grants.password.refreshToken.length',
      grant('password', { refreshToken: { ...DEFAULT_TOKENS.refreshToken, length: 45 } }),
    ],
    [
      'grants.password.accessToken.ttlSeconds',
      grant('password', { accessToken: { ...DEFAULT_TOKENS.accessToken, ttlSeconds: 0 } }),
    ],
    [
      'grants.password.accessToken.type',
      grant('password', { accessToken: { ...DEFAULT_TOKENS.accessToken, type: 'a\nb' } }),
    ],
    [
      'grants.password.accessToken.metadata.who',
      grant('password', { accessToken: { ...DEFAULT_TOKENS.accessToken, metadata: { who: '${nobody}' } } }),
    ],
    ['grants.password.returnMetadata', grant('password', { returnMetadata: ['access_token'] })],
    ['grants.implicit.refreshToken.mode', grant('implicit', {})],
    ['authorize.code.length', { authorize: { ...authorize, code: { ...authorize.code, length: 28 } } }],
    ['authorize.code.ttlSeconds', { authorize: { ...authorize, code: { ...authorize.code, ttlSeconds: 601 } } }],
    ['authorize.code.ttlSeconds', { authorize: { ...authorize, code: { ...authorize.code, ttlSeconds: Number.NaN } } }],
    ['authorize.code.metadata.x', { authorize: { ...authorize, code: { ...authorize.code, metadata: { x: '${' } } } }],
    [
      'clientAuthentication.failures.failures',
      {
        clientAuthentication: { ...clientAuthentication, failures: { failures: 0, windowSeconds: 1, lockSeconds: 1 } },
      },
    ],
    [
      'revoke.failures.failures',
      { revoke: { ...revoke, failures: { ...revoke.failures, failures: STORE_LIMITS.failures + 1 } } },
    ],
    [
      'login.lockout.network.failures',
      {
        login: {
          ...login,
          lockout: { ...login.lockout, network: { ...login.lockout.network, failures: STORE_LIMITS.failures + 1 } },
        },
      },
    ],
    ['limits.body', { limits: { ...DEFAULT_LIMITS, body: -1 } }],
    ['errorDescriptions.invalid_scope', { errorDescriptions: { invalid_scope: 'say "x"' } }],
    ['errorDescriptions', { errorDescriptions: { constructor: 'x' } as never }],
    ['resource.headerPrefix', { resource: { ...DEFAULT_RESOURCE, headerPrefix: 'a b' } }],
    ['resource.realm', { resource: { ...DEFAULT_RESOURCE, realm: 'a\r\nb' } }],
    ['resource.location', { resource: { ...DEFAULT_RESOURCE, location: 'query' } }],
    ['resource.location', { resource: { ...DEFAULT_RESOURCE, location: 'attribute' } }],
    ['resource.attribute', { resource: { ...DEFAULT_RESOURCE, attribute: '${x}' } }],
    ['resource.scopes.list[1]', { resource: { ...DEFAULT_RESOURCE, scopes: { match: 'any', list: ['a', '${x}'] } } }],
    ['tokeninfo.location', { tokeninfo: { ...tokeninfo, location: 'query' } }],
    ['tokeninfo.location', { tokeninfo: { ...tokeninfo, location: 'selector' } }],
    ['tokeninfo.selector', { tokeninfo: { ...tokeninfo, selector: '${x}' } }],
    ['tokeninfo.extra', { tokeninfo: { ...tokeninfo, extra: { scope: 'x' } } }],
    ['tokeninfo.extra.Who', { tokeninfo: { ...tokeninfo, extra: { Who: '${x}' } } }],
  ])('is refused in one sentence that names %s', (name, over) => {
    expect(faults(over)).toEqual([expect.stringContaining(`The setting ${name}`)]);
  });

  it('[AX-41] [AX-42] [AX-71] [AX-73] is allowed at the bounds', () => {
    const code = { ...authorize.code, length: 29, ttlSeconds: 600 };
    expect(faults({ authorize: { ...authorize, code } })).toEqual([]);
    const tokens = {
      accessToken: { ...DEFAULT_TOKENS.accessToken, length: 29 },
      refreshToken: { ...DEFAULT_TOKENS.refreshToken, length: 46 },
    };
    expect(faults(grant('password', tokens))).toEqual([]);
    const failures = { ...revoke.failures, failures: STORE_LIMITS.failures };
    expect(faults({ revoke: { ...revoke, failures } })).toEqual([]);
  });
});

describe('what is weaker than it could be', () => {
  const audit = (over: Partial<Settings>, clients = [aClient({ requirePkce: true })], capabilities = SHARED) =>
    auditFeatures({ settings: settings(over), capabilities, clients });
  const strict: Partial<Settings> = {
    authorize: { ...DEFAULT_SETTINGS.authorize, code: { ...DEFAULT_SETTINGS.authorize.code, ttlSeconds: 60 } },
    tokeninfo: { ...DEFAULT_SETTINGS.tokeninfo, anonymous: false },
  };

  it('is nothing in a strict deployment', () => {
    expect(audit(strict)).toEqual([]);
  });

  it('names keys for ID tokens without RS256, which every client of OpenID Connect knows', () => {
    const withKeys = (...signingAlgorithms: string[]) =>
      auditFeatures({ settings: settings(strict), capabilities: SHARED, clients: [], signingAlgorithms });
    expect(withKeys('ES256')).toEqual([expect.stringContaining('idToken.keys has no RSA key')]);
    expect(withKeys('ES256', 'RS256')).toEqual([]);
  });

  it('names settings of ID tokens that would say what is the server’s, or another issuer than discovery does', () => {
    const { idToken } = DEFAULT_SETTINGS;
    expect(faults({ idToken: { ...idToken, claims: { sub: 'x', amr: 'pwd' } } })).toEqual([
      expect.stringContaining('idToken.claims names sub'),
    ]);
    expect(faults({ idToken: { ...idToken, issuer: 'https://old.example' } })).toEqual([
      expect.stringContaining('beside openid.discovery'),
    ]);
    expect(faults({ idToken: { ...idToken, subject: '${nothing}' } })).toEqual([
      expect.stringContaining('idToken.subject'),
    ]);
    expect(faults({ idToken: { ...idToken, subject: '' } })).toEqual([
      expect.stringContaining('The setting idToken.subject is empty'),
    ]);
  });

  it('names a client that waits for ID tokens which nobody can sign', () => {
    const clients = [
      aClient({ idTokenSignedResponseAlg: 'ES256' }),
      aClient({ id: 'hmac', idTokenSignedResponseAlg: 'HS256' }),
    ];
    const named = (...signingAlgorithms: string[]) =>
      checkRequirements(settings({}), SHARED, { clients, signingAlgorithms });
    expect(named('RS256', 'EdDSA', 'RS256')).toEqual([
      expect.stringContaining('has no key for that, only for RS256, EdDSA; `gatehouse keys <file> --algorithm ES256`'),
    ]);
    expect(named('ES256')).toEqual([]);
    expect(named()).toEqual(
      ['"app"', '"hmac"'].map((id) => expect.stringMatching(`${id} .* there is no OpenID Connect`)),
    );
  });

  it('is named for the defaults that a drop-in needs', () => {
    expect(audit({})).toEqual([
      expect.stringContaining('authorize.code.ttlSeconds'),
      expect.stringContaining('tokeninfo.anonymous'),
    ]);
  });

  it('is named of assertions', () => {
    const { assertion, clientAuthentication } = DEFAULT_SETTINGS;
    const weak: Partial<Settings> = {
      ...strict,
      assertion: { ...assertion, maxSeconds: 301, allowReplayAfterRestart: true },
      clientAuthentication: { ...clientAuthentication, allowedMethods: ['client_secret_jwt'] },
    };
    const clients = [aClient({ requirePkce: true, mayAssertOwners: true, assertionAudience: 'token_endpoint' })];
    expect(audit(weak, clients, { ...SHARED, durable: false })).toEqual([
      expect.stringContaining('assertion.allowReplayAfterRestart'),
      expect.stringContaining('assertion.maxSeconds'),
      expect.stringContaining('client_secret_jwt'),
      expect.stringContaining('store: '),
      expect.stringMatching(/mayAssertOwners.*: app\./),
      expect.stringMatching(/assertionAudience.*: app\./),
    ]);
  });

  it('is named with the clients it is about', () => {
    const clients = [
      aClient({ id: 'a', type: 'public', requirePkce: false }),
      aClient({ id: 'b', requirePkce: false }),
      aClient({ id: 'c', requirePkce: true, allowPlainPkce: true, grantTypes: ['implicit', 'password'] }),
      aClient({ id: 'd', requirePkce: true, rawBasic: true, skipConsent: true, corsOrigins: ['*'] }),
      aClient({ id: 'e', requirePkce: true, rawBasic: true }),
    ];
    expect(audit(strict, clients)).toEqual([
      expect.stringMatching(/^requirePkce .*public.*: a\.$/),
      expect.stringMatching(/^requirePkce .*confidential.*: b\.$/),
      expect.stringMatching(/^allowPlainPkce .*: c\.$/),
      expect.stringMatching(/^grantTypes has implicit.*: c\.$/),
      expect.stringMatching(/^grantTypes has password.*: c\.$/),
      expect.stringMatching(/^rawBasic .*: d, e\.$/),
      expect.stringMatching(/^skipConsent .*: d\.$/),
      expect.stringMatching(/^corsOrigins .*: d\.$/),
    ]);
  });

  it('is named for a store that forgets', () => {
    const eventual = { ...LOCAL, visibility: { registers: 'cluster', tokens: 'eventual', boundMs: 50 } } as const;
    expect(audit(strict, [], eventual)).toHaveLength(3);
  });
});
