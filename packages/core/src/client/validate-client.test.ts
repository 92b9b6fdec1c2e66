import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../server/defaults.ts';
import { createConfigClients } from './config-clients.ts';
import { ClientMetadataError } from './metadata-members.ts';
import { hashMachineSecret } from './secret-hash.ts';
import { validateClient } from './validate-client.ts';

const SECRET = '6808d4b6-ef09-4b0d-8f28-3b05da9c48ec';
const HASH = hashMachineSecret(SECRET);

/** The member that is named wrong in a confidential client with these members; null where it is accepted. */
function wrong(members: Record<string, unknown>): string | null {
  try {
    validateClient({ id: 'app', secret: SECRET, ...members });
    return null;
  } catch (error) {
    if (!(error instanceof ClientMetadataError)) throw error;
    expect(error.message).toContain(error.member);
    expect(error.message).not.toContain(SECRET);
    return error.member;
  }
}

describe('a client that says little', () => {
  it('is confidential, may use codes and refresh tokens with PKCE, and nothing else', () => {
    expect(validateClient({ id: 'app', secret: SECRET })).toEqual({
      id: 'app',
      name: 'app',
      description: '',
      logo: null,
      contacts: [],
      applicationId: 'app',
      type: 'confidential',
      enabled: true,
      secrets: [{ hash: HASH }],
      authMethods: ['client_secret_basic', 'client_secret_post'],
      redirectUris: [],
      postLogoutRedirectUris: [],
      grantTypes: ['authorization_code', 'refresh_token'],
      responseTypes: ['code'],
      scopes: [],
      defaultScopes: [],
      audience: [],
      requirePkce: true,
      allowPlainPkce: false,
      rawBasic: false,
      skipConsent: false,
      corsOrigins: [],
      tlsClientAuth: null,
      certificateBoundTokens: false,
      sealedSecrets: [],
      mayAssertOwners: false,
      idTokenSignedResponseAlg: null,
      assertionAudience: 'issuer',
      jwks: null,
      jwksUri: null,
      certificates: [],
      assertionAlgorithms: [],
      assertionMaxSeconds: null,
    });
  });

  it('of public type needs no secret, and may have one', () => {
    expect(validateClient({ id: 'spa', type: 'public' })).toMatchObject({ secrets: [], authMethods: ['none'] });
    expect(validateClient({ id: 'spa', type: 'public', secret: SECRET }).authMethods).toEqual([
      'none',
      'client_secret_basic',
      'client_secret_post',
    ]);
  });

  it('comes out of its own validation unchanged', () => {
    const client = validateClient({ id: 'app', secret: SECRET, grantTypes: ['implicit', 'password'], scopes: ['a'] });
    expect(validateClient(JSON.parse(JSON.stringify(client)))).toEqual(client);
    expect(client.responseTypes).toEqual(['token', 'id_token', 'id_token token']);
  });
});

describe('redirect URIs', () => {
  it('[SEC-92] [AX-202] that are blank are dropped', () => {
    const redirectUris = ['', '  ', ' https://client.example/cb ', '\t', 'https://client.example/cb'];
    expect(validateClient({ id: 'app', secret: SECRET, redirectUris }).redirectUris).toEqual([
      'https://client.example/cb',
    ]);
  });

  it.each([
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    'data:text/html,x',
    'https://a.example/#',
    'https://u@a.example/',
  ])('[SEC-33] may not be %s', (uri) => {
    expect(wrong({ redirectUris: ['https://client.example/cb', uri] })).toBe('redirectUris[1]');
  });

  it('[SEC-43] have a longest length', () => {
    const long = `https://client.example/${'x'.repeat(DEFAULT_LIMITS.redirectUri - 23)}`;
    expect(wrong({ redirectUris: [long] })).toBeNull();
    expect(wrong({ redirectUris: [`${long}x`] })).toBe('redirectUris[0]');
  });
});

describe('origins of scripts', () => {
  it('are origins, or all of them (parity.md 4.1)', () => {
    const corsOrigins = ['https://a.example', 'http://localhost:3000', '*'];
    expect(validateClient({ id: 'app', secret: SECRET, corsOrigins }).corsOrigins).toEqual(corsOrigins);
  });
});

/** As long as a sealed secret of 48 bytes: nonce, tag and text. */
const SEALED_48 = `v1:${Buffer.alloc(76, 1).toString('base64url')}`;

describe('a client that says something wrong', () => {
  it.each<[string, Record<string, unknown>]>([
    ['id', { id: undefined }],
    ['id', { id: '' }],
    ['id', { id: 'a b' }],
    ['id', { id: 'é' }],
    ['id', { id: 'a\0' }],
    ['id', { id: 'x'.repeat(256) }],
    ['id', { id: 7 }],
    ['name', { name: ['x'] }],
    ['name', { name: '\ud800' }],
    ['description', { description: 'a\0b' }],
    ['type', { type: 'secret' }],
    ['type', { type: 'constructor' }],
    ['enabled', { enabled: 'false' }],
    ['requirePkce', { requirePkce: 0 }],
    ['logo', { logo: 'https://elsewhere.example/logo.png' }],
    ['logo', { logo: '//elsewhere.example/logo.png' }],
    ['logo', { logo: '/\\elsewhere.example/logo.png' }],
    ['logo', { logo: '/\t/elsewhere.example/logo.png' }],
    ['logo', { logo: '/logo.png\n' }],
    ['logo', { logo: 'data:text/html;base64,x' }],
    ['logo', { logo: `/${'x'.repeat(1_048_576)}` }],
    ['contacts[0]', { contacts: [''] }],
    ['grantTypes', { grantTypes: 'password' }],
    ['grantTypes[1]', { grantTypes: ['password', ''] }],
    ['responseTypes[0]', { responseTypes: ['constructor'] }],
    ['responseTypes[0]', { responseTypes: ['id_token code'] }],
    ['responseTypes', { responseTypes: ['code token'] }],
    ['responseTypes', { responseTypes: ['id_token'] }],
    ['postLogoutRedirectUris[0]', { postLogoutRedirectUris: ['urn:ietf:wg:oauth:2.0:oob'] }],
    ['postLogoutRedirectUris[0]', { postLogoutRedirectUris: ['javascript:alert(1)'] }],
    ['idTokenSignedResponseAlg', { idTokenSignedResponseAlg: 'none' }],
    ['idTokenSignedResponseAlg', { idTokenSignedResponseAlg: 'HS256' }],
    ['idTokenSignedResponseAlg', { idTokenSignedResponseAlg: 'HS512', sealedSecrets: [{ sealed: SEALED_48 }] }],
    ['responseTypes', { responseTypes: ['token'] }],
    ['responseTypes', { responseTypes: ['code'], grantTypes: ['password'] }],
    ['scopes[0]', { scopes: ['a b'] }],
    ['scopes[0]', { scopes: ['a,b'] }],
    ['scopes[0]', { scopes: ['x'.repeat(256)] }],
    ['defaultScopes[0]', { scopes: ['a'], defaultScopes: ['b'] }],
    ['audience[0]', { audience: ['api'] }],
    ['audience[0]', { audience: ['https://api.example/#x'] }],
    ['corsOrigins[0]', { corsOrigins: ['null'] }],
    ['corsOrigins[0]', { corsOrigins: ['https://a.example/'] }],
    ['corsOrigins[0]', { corsOrigins: ['com.example.app://x'] }],
    ['secrets', { secret: '' }],
    ['secret', { secret: 'x'.repeat(513) }],
    ['secrets[0].hash', { secret: undefined, secrets: [{ hash: SECRET }] }],
    ['secrets[0].hash', { secret: undefined, secrets: [{ hash: 'sha256:short' }] }],
    ['secrets[0]', { secret: undefined, secrets: [HASH] }],
    ['secrets[0].expiresAt', { secret: undefined, secrets: [{ hash: HASH, expiresAt: 'soon' }] }],
    ['"plain"', { secret: undefined, secrets: [{ hash: HASH, plain: SECRET }] }],
    ['secrets', { secrets: [{ hash: HASH }, { hash: HASH }] }],
    ['authMethods[0]', { authMethods: ['tls'] }],
    ['authMethods', { authMethods: ['private_key_jwt'] }],
    ['authMethods', { authMethods: ['client_secret_jwt'] }],
    ['authMethods', { authMethods: ['tls_client_auth'] }],
    ['authMethods', { authMethods: ['self_signed_tls_client_auth'] }],
    ['tlsClientAuth', { tlsClientAuth: {} }],
    ['tlsClientAuth', { tlsClientAuth: { subjectDn: 'CN=a', sanDns: 'a.example' } }],
    ['tlsClientAuth.subjectDn', { tlsClientAuth: { subjectDn: 'a' } }],
    ['tlsClientAuth.sanDns', { tlsClientAuth: { sanDns: '*.example' } }],
    ['tlsClientAuth.sanIp', { tlsClientAuth: { sanIp: '1.2.3' } }],
    ['tlsClientAuth.sanEmail', { tlsClientAuth: { sanEmail: 'a' } }],
    ['tlsClientAuth.sanUri', { tlsClientAuth: { sanUri: 'a' } }],
    ['authMethods', { authMethods: ['none'] }],
    ['authMethods', { authMethods: [] }],
    ['"redirectUrls"', { redirectUrls: [] }],
    ['"constructor"', { constructor: 'x' }],
  ])('is refused naming %s: %o', (member, members) => {
    expect(wrong(members)).toBe(member);
  });

  it.each([undefined, null, 'app', 7, [], [{ id: 'app' }]])('is refused whole: %o', (input) => {
    expect(() => validateClient(input)).toThrow(ClientMetadataError);
  });

  it('[SEC-57] has a hole in a list', () => {
    const hole: unknown[] = new Array(2);
    hole[0] = 'https://a.example';
    for (const member of [
      'redirectUris',
      'grantTypes',
      'responseTypes',
      'scopes',
      'defaultScopes',
      'audience',
      'contacts',
      'authMethods',
      'corsOrigins',
    ])
      expect(wrong({ [member]: hole })).not.toBeNull();
    expect(wrong({ corsOrigins: hole })).toBe('corsOrigins[1]');
    expect(wrong({ secrets: hole })).not.toBeNull();
    expect(wrong({ redirectUris: hole })).toBe('redirectUris[1]');
  });

  it('[SEC-61] [SEC-67] inherits nothing, and refuses members of the prototype', () => {
    expect(() => validateClient(Object.create({ id: 'app', secret: SECRET }))).toThrow('id');
    expect(() => validateClient(JSON.parse(`{"id":"app","secret":"${SECRET}","__proto__":{"enabled":false}}`))).toThrow(
      '__proto__',
    );
    const client = validateClient({ id: 'constructor', secret: SECRET, scopes: ['__proto__', 'toString'] });
    expect(client.scopes).toEqual(['__proto__', 'toString']);
  });

  it('[SEC-36] is public and wants client_credentials', () => {
    const input = { id: 'spa', type: 'public', grantTypes: ['client_credentials'] };
    expect(() => validateClient(input)).toThrow('grantTypes');
    expect(wrong({ grantTypes: ['client_credentials'] })).toBeNull();
  });

  it.each(['http://127.0.0.1/cb', 'com.example.app:/cb'])(
    '[SEC-37] is public at %s and wants no consent page',
    (uri) => {
      const input = { id: 'spa', type: 'public', skipConsent: true, redirectUris: [uri] };
      expect(() => validateClient(input)).toThrow('skipConsent');
      expect(validateClient({ ...input, redirectUris: ['https://client.example/cb'] }).skipConsent).toBe(true);
      expect(wrong({ skipConsent: true, redirectUris: [uri] })).toBeNull();
    },
  );
});

describe('the end of a secret', () => {
  it.each([
    [1_767_268_800_000, 1_767_268_800_000],
    ['2026-01-01T12:00:00Z', 1_767_268_800_000],
  ])('may be written %s', (expiresAt, instant) => {
    const secrets = [{ hash: HASH, expiresAt }];
    expect(validateClient({ id: 'app', secrets }).secrets).toEqual([{ hash: HASH, expiresAt: instant }]);
  });
});

describe('clients of the configuration', () => {
  it('are found by id alone', async () => {
    const clients = createConfigClients([{ id: 'app', secret: SECRET }]);
    expect((await clients.find('app'))?.id).toBe('app');
    for (const id of ['APP', 'app ', '', 'constructor', '__proto__']) expect(await clients.find(id)).toBeUndefined();
    expect(clients.all).toHaveLength(1);
  });

  it('are refused when two have one id', () => {
    expect(() =>
      createConfigClients([
        { id: 'app', secret: SECRET },
        { id: 'app', type: 'public' },
      ]),
    ).toThrow('twice: "app"');
  });
});
