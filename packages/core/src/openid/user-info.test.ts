import { describe, expect, it } from 'vitest';
import { answerOf, CALLBACK, type Site } from '../authorize/browser.test-support.ts';
import { serverMetadata } from '../endpoints/metadata.ts';
import { aClient, anOwner, NOON, type WorldOptions } from '../grants/world.test-support.ts';
import { DEFAULT_SETTINGS } from '../server/defaults.ts';
import { StoreError } from '../store/store-error.ts';
import { keyOf, makeAccessToken } from '../tokens/handle.ts';
import { writeTokenData } from '../tokens/token-data.ts';
import { anOpenidSite, readIdToken } from './openid.test-support.ts';
import { CLAIMS_OF_SCOPE } from './standard-claims.ts';
import { userInfoEndpoint } from './user-info.ts';

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function ask(site: Site, { body = '', headers = {}, method = 'GET' }: Asked) {
  return userInfoEndpoint(site.context)({
    method,
    url: new URL('https://issuer.example/api/openid/user_info'),
    headers: new Headers(headers),
    body,
    clientAddress: '192.0.2.1',
    traceId: 'trace-1',
    ownerCookie: null,
    browserCookie: null,
  });
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** An access token of a sign-in with these scopes, and the ID token beside it. */
async function signedIn(site: Site, scope: string) {
  const { code = '' } = answerOf(await site.browser().toAnswer({ scope, prompt: 'consent' }));
  const { body } = await site.token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK });
  return { accessToken: String(body['access_token']), idToken: body['id_token'] };
}

async function claimsFor(scope: string, options: WorldOptions = {}) {
  const site = anOpenidSite(options);
  const response = await ask(site, { headers: bearer((await signedIn(site, scope)).accessToken) });
  if (response.kind !== 'data') throw new Error(`It answered ${JSON.stringify(response)}.`);
  return response;
}

describe('[AX-154] UserInfo (OpenID Connect Core 5.3)', () => {
  it('tells the subject of the ID token, and nothing that nobody asked for', async () => {
    const site = anOpenidSite();
    const { accessToken, idToken } = await signedIn(site, 'openid read');
    const response = await ask(site, { headers: bearer(accessToken) });
    const { claims } = await readIdToken(idToken);
    expect(response).toMatchObject({
      kind: 'data',
      status: 200,
      format: 'json',
      body: { sub: claims['sub'] },
      headers: { 'Cache-Control': 'no-store' },
      clientId: 'app',
    });
    expect(response.kind === 'data' && Object.keys(response.body)).toEqual(['sub']);
  });

  it.each([
    ['openid profile', { name: 'Ann Lee', given_name: 'Ann', family_name: 'Lee', preferred_username: 'ann' }],
    ['openid email', { email: 'ann@example.com', email_verified: true }],
    ['openid address', { address: { locality: 'Here' } }],
    ['openid phone', { phone_number: '+1 555 0100' }],
  ])('[AX-155] %s: what the scope asks for (5.4)', async (scope, claims) => {
    expect((await claimsFor(scope)).body).toEqual({ ...claims, sub: 'ann' });
  });

  it('has claims of the types of the standard, whatever a directory keeps (5.1)', async () => {
    const keptAs = async (claims: Readonly<Record<string, unknown>>) => {
      const site = anOpenidSite();
      site.owners.set('ann', anOwner({ claims }));
      const { accessToken } = await signedIn(site, 'openid profile email address phone');
      const response = await ask(site, { headers: bearer(accessToken) });
      return response.kind === 'data' && response.body;
    };
    expect(
      await keptAs({
        email_verified: 'FALSE',
        phone_number_verified: 1,
        updated_at: '1700000000',
        address: 'Main Street 1',
      }),
    ).toMatchObject({
      email_verified: false,
      phone_number_verified: true,
      updated_at: 1_700_000_000,
      address: { formatted: 'Main Street 1' },
    });
    // As a configuration file is read: without a prototype.
    const address = Object.assign(Object.create(null), { locality: 'Here' });
    expect(await keptAs({ address })).toMatchObject({ address: { locality: 'Here' } });
    const none = {
      email_verified: 'yes',
      updated_at: '9'.repeat(400),
      address: ['Main Street 1'],
      name: { given: 'Ann' },
      email: ['ann@example.com'],
      phone_number: 15550100,
    };
    const told = await keptAs(none);
    for (const name of Object.keys(none)) expect(told).not.toHaveProperty(name);
    for (const value of [Object.create(null), [true], [1]]) {
      const nested = await keptAs({ email_verified: value, updated_at: value });
      expect(nested).toMatchObject({ sub: 'ann' });
      for (const name of ['email_verified', 'updated_at']) expect(nested).not.toHaveProperty(name);
    }
  });

  it('[AX-154] under compat axway has the members of the reference system’s sample', async () => {
    const { body } = await claimsFor('openid', { settings: { compat: 'axway' } });
    expect(body).toEqual({
      kind: 'APIGatewayOpenIdConnect',
      sub: 'ann',
      name: 'Ann Lee',
      given_name: 'Ann',
      family_name: 'Lee',
      email: 'ann@example.com',
      email_verified: true,
      hd: 'example.com',
    });
  });

  it.each([
    ['none', ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']],
    ['axway', ['openid', 'profile', 'email', 'offline_access']],
  ] as const)('under compat %s tells what the metadata promises, by the scopes it names', async (compat, scopes) => {
    const site = anOpenidSite({ settings: { compat } });
    const texts = [...CLAIMS_OF_SCOPE.values(), 'hd'].flat().map((name) => [name, 'a text']);
    const typed = { email_verified: true, phone_number_verified: true, updated_at: 1 };
    site.owners.set('ann', anOwner({ claims: { ...Object.fromEntries(texts), ...typed } }));
    const { claims_supported: promised, scopes_supported: named } = serverMetadata(site.context);
    expect(named).toEqual(scopes);
    const { accessToken } = await signedIn(site, 'openid profile email address phone');
    const response = await ask(site, { headers: bearer(accessToken) });
    const { kind: _, ...told } = response.kind === 'data' ? (response.body as Record<string, unknown>) : {};
    const ofTheToken = ['iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'sid', 'at_hash', 'c_hash'];
    expect([...Object.keys(told), ...ofTheToken].sort()).toEqual([...(promised as string[])].sort());
  });

  it('has what the hook adds, which cannot be another subject', async () => {
    const seen: unknown[] = [];
    const { body } = await claimsFor('openid read', {
      hooks: {
        addClaims: ({ owner, scope, to }) => {
          seen.push([owner?.subject, scope, to]);
          return { roles: ['clerk'], sub: 'somebody' };
        },
        requiredScopes: () => ['admin'],
      },
    });
    expect(body).toEqual({ roles: ['clerk'], sub: 'ann' });
    expect(seen.at(-1)).toEqual(['ann', ['openid', 'read'], 'user_info']);
  });

  it('[AX-146] has the subject of the setting, as the ID token does', async () => {
    const idToken = { ...DEFAULT_SETTINGS.idToken, subject: 'u-${authentication.subject.id}' };
    expect((await claimsFor('openid', { settings: { idToken } })).body['sub']).toBe('u-ann');
  });

  it('takes the token from the header, or from the form of a POST, and never from both (RFC 6750 2)', async () => {
    const site = anOpenidSite();
    const { accessToken } = await signedIn(site, 'openid');
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = `access_token=${accessToken}`;
    const statuses = [
      await ask(site, { method: 'POST', headers: bearer(accessToken) }),
      await ask(site, { method: 'POST', headers: form, body }),
      await ask(site, { method: 'POST', headers: { ...form, ...bearer(accessToken) }, body }),
      await ask(site, { method: 'GET', headers: form, body }),
    ].map((response) => ('status' in response ? response.status : null));
    expect(statuses).toEqual([200, 200, 400, 401]);
  });
});

describe('a token that UserInfo does not take (OpenID Connect Core 5.3.3, RFC 6750 3)', () => {
  const challengeOf = async (site: Site, asked: Asked) => {
    const response = await ask(site, asked);
    if (response.kind !== 'empty') throw new Error('It answered.');
    return [response.status, response.headers?.['WWW-Authenticate']];
  };

  it('none at all: the scheme and no error', async () => {
    expect(await challengeOf(anOpenidSite(), {})).toEqual([401, 'Bearer realm="DefaultRealm"']);
  });

  it('one that is unknown, without openid, revoked, or of an owner who is gone', async () => {
    const site = anOpenidSite();
    const { accessToken } = await signedIn(site, 'openid');
    const refusal = (error: string) => [expect.any(Number), expect.stringContaining(`error="${error}"`)];
    expect(await challengeOf(site, { headers: bearer('x') })).toEqual(refusal('invalid_token'));
    const plain = await signedIn(site, 'read');
    const [status, challenge] = await challengeOf(site, { headers: bearer(plain.accessToken) });
    expect([status, challenge]).toEqual([403, expect.stringContaining('error="insufficient_scope"')]);
    site.owners.set('ann', anOwner({ locked: true }));
    expect(await challengeOf(site, { headers: bearer(accessToken) })).toEqual(refusal('invalid_token'));
    site.owners.set('ann', anOwner());
    expect((await site.revoke({ token: accessToken })).status).toBe(200);
    expect(await challengeOf(site, { headers: bearer(accessToken) })).toEqual(refusal('invalid_token'));
  });

  it('a client’s own: it tells of nobody', async () => {
    const site = anOpenidSite();
    site.clients.set('app', aClient({ ...site.clients.get('app'), grantTypes: ['client_credentials'] }));
    const { body } = await site.token({ grant_type: 'client_credentials', scope: 'openid' });
    expect(await challengeOf(site, { headers: bearer(String(body['access_token'])) })).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ]);
  });

  it('[SEC-29] one that is bound to a certificate, without it (RFC 8705 3)', async () => {
    const site = anOpenidSite();
    const handle = makeAccessToken(site.context.runtime.entropy, 54);
    const cnf = { 'x5t#S256': 'a'.repeat(43) };
    await site.store.write({
      attempt: 'bound-token-of-the-test',
      add: [
        {
          kind: 'access_token',
          key: keyOf('access_token', handle),
          grantId: null,
          clientId: 'app',
          subject: 'ann',
          scope: ['openid'],
          audience: [],
          issuedAt: NOON,
          expiresAt: NOON + 60_000,
          purgeAt: NOON + 120_000,
          data: writeTokenData({ v: 1, applicationId: 'app', type: 'Bearer', grantType: 'authorization_code', cnf }),
        },
      ],
    });
    expect(await challengeOf(site, { headers: bearer(handle) })).toEqual([
      401,
      expect.stringContaining('bound to another certificate'),
    ]);
  });

  it('[SEC-128] an ID token: it is nothing but an ID token, here and everywhere', async () => {
    const site = anOpenidSite();
    const idToken = String((await signedIn(site, 'openid')).idToken);
    expect((await challengeOf(site, { headers: bearer(idToken) }))[0]).toBe(401);
    expect((await site.introspect({ token: idToken })).body).toEqual({ active: false });
    const assertion = { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' };
    const proved = await site.token(
      { grant_type: 'client_credentials', ...assertion, client_assertion: idToken },
      { basic: null },
    );
    expect(proved.body['error']).toBe('invalid_client');
    for (const form of [
      { grant_type: 'refresh_token', refresh_token: idToken },
      { grant_type: 'authorization_code', code: idToken, redirect_uri: CALLBACK },
    ])
      expect((await site.token(form)).body['error']).toBe('invalid_grant');
  });

  it('[SEC-90] while the store is away: 503, and no bad token', async () => {
    const site = anOpenidSite();
    const { accessToken } = await signedIn(site, 'openid');
    site.store.find = () => Promise.reject(new StoreError('unavailable', 'It is away.'));
    expect((await challengeOf(site, { headers: bearer(accessToken) }))[0]).toBe(503);
  });
});
