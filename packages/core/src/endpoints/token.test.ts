import { describe, expect, it } from 'vitest';
import { authorizationCode } from '../grants/authorization-code.ts';
import { aClient, aCode, anOwner } from '../grants/world.test-support.ts';
import { DEFAULT_GRANTS, DEFAULT_TOKENS } from '../server/defaults.ts';
import { createMemoryStore } from '../store/memory-store.test-support.ts';
import { StoreError } from '../store/store-error.ts';
import { kindOf, makeAccessToken, makeRefreshToken, parseRefreshToken } from '../tokens/handle.ts';
import { ALL_GRANTS, APP_SECRET, aFrontDoor, type FrontDoor } from './front-door.test-support.ts';
import { tokenEndpoint } from './token.ts';

const CALLBACK = 'https://client.example/cb';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = { method: 'S256', value: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' } as const;

const redeem = (
  door: FrontDoor,
  code: string,
  over: Record<string, string> = {},
  call?: Parameters<FrontDoor['token']>[1],
) => door.token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...over }, call);
const refresh = (
  door: FrontDoor,
  token: unknown,
  over: Record<string, string> = {},
  call?: Parameters<FrontDoor['token']>[1],
) => door.token({ grant_type: 'refresh_token', refresh_token: String(token), ...over }, call);
const signedIn = async (door: FrontDoor) => (await redeem(door, await aCode(door))).body;
const isActive = async (door: FrontDoor, token: unknown) =>
  (await door.introspect({ token: String(token) })).body['active'];
const grantsWith = (grant: string, over: object) =>
  new Map(DEFAULT_GRANTS).set(grant, { ...(DEFAULT_GRANTS.get(grant) ?? DEFAULT_TOKENS), ...over });

describe('the token response', () => {
  it('[AX-61] [AX-62] [AX-64] [AX-70] has the members, in order, and is never stored', async () => {
    const door = aFrontDoor();
    const { status, body, headers } = await redeem(door, await aCode(door));
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope']);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'read write' });
    expect(kindOf(String(body['access_token']))).toBe('access_token');
    expect(kindOf(String(body['refresh_token']))).toBe('refresh_token');
    expect(headers).toMatchObject({ 'Cache-Control': 'no-store', Pragma: 'no-cache' });
  });

  it('[AX-71] [AX-72] [AX-73] [SEC-81] follows the settings of the grant', async () => {
    const door = aFrontDoor({
      settings: {
        grants: grantsWith('client_credentials', {
          accessToken: { ttlSeconds: 60, length: 80, type: 'Custom', metadata: {} },
        }),
      },
    });
    const { body } = await door.token({ grant_type: 'client_credentials' });
    expect(body).toMatchObject({ token_type: 'Custom', expires_in: 60 });
    expect(body['access_token']).toHaveLength(80);
    expect(await isActive(door, body['access_token'])).toBe(true);
  });

  it('[AX-44] [AX-68] [AX-77] [AX-106] carries the code’s metadata into the tokens, where the token’s setting wins', async () => {
    const metadata = { Department: 'HR' };
    const settings = (grant: string) =>
      grantsWith(grant, {
        accessToken: { ...DEFAULT_TOKENS.accessToken, metadata },
        returnMetadata: ['Name', 'Department'],
      });
    const door = aFrontDoor({
      settings: {
        grants: new Map([
          ...settings('authorization_code'),
          ...[['refresh_token', settings('refresh_token').get('refresh_token')] as never],
        ]),
      },
    });
    const { body } = await redeem(
      door,
      await aCode(door, { data: { metadata: { Name: 'John', Department: 'Engineering' } } }),
    );
    expect(body).toMatchObject({ Name: 'John', Department: 'HR' });
    expect((await refresh(door, body['refresh_token'])).body).toMatchObject({ Name: 'John', Department: 'HR' });
  });
});

describe('dispatch', () => {
  it.each([
    ['[AX-54] an unknown grant type', { grant_type: 'nonsense' }, 400, 'unsupported_grant_type'],
    [
      '[SEC-61] a grant type named like a member of an object',
      { grant_type: 'constructor' },
      400,
      'unsupported_grant_type',
    ],
    ['[AX-54] a missing grant type', {}, 400, 'invalid_request'],
    ['an empty grant type counts as not sent', { grant_type: '' }, 400, 'invalid_request'],
    ['a code that is missing', { grant_type: 'authorization_code' }, 400, 'invalid_request'],
    ['a refresh token that is missing', { grant_type: 'refresh_token' }, 400, 'invalid_request'],
    ['a password that is missing', { grant_type: 'password', username: 'ann' }, 400, 'invalid_request'],
  ])('%s is refused', async (_, form, status, error) => {
    const door = aFrontDoor();
    expect(await door.token(form as Record<string, string>)).toMatchObject({ status, body: { error } });
  });

  it('[AX-54] answers 401 for what it cannot dispatch under compat axway', async () => {
    const door = aFrontDoor({ settings: { compat: 'axway' } });
    expect((await door.token({ grant_type: 'nonsense' })).status).toBe(401);
    expect((await door.token({})).status).toBe(401);
  });

  it('[AX-55] [SEC-19] reads grant_type from the body alone', async () => {
    const door = aFrontDoor();
    const inQuery = await door.token({}, { query: '?grant_type=client_credentials' });
    expect(inQuery).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const twice = await door.token({}, { body: 'grant_type=client_credentials&grant_type=client_credentials' });
    expect(twice).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(await door.token({}, { method: 'GET', body: '' })).toMatchObject({
      status: 405,
      headers: { Allow: 'POST' },
    });
  });

  it('[AX-63] answers in the format asked for, refusals too', async () => {
    const door = aFrontDoor();
    expect(await door.token({ grant_type: 'client_credentials', format: 'nonsense' })).toMatchObject({ status: 400 });
    expect(await door.token({ grant_type: 'client_credentials', format: 'xml' })).toMatchObject({ status: 200 });
  });

  it('[SEC-49] refuses a grant that the client has not registered, for every grant', async () => {
    const door = aFrontDoor();
    door.clients.set('app', aClient({ ...door.clients.get('app'), grantTypes: [] }));
    for (const grant_type of ALL_GRANTS)
      expect(
        await door.token({ grant_type, code: 'x', refresh_token: 'x', username: 'x', password: 'x' }),
      ).toMatchObject({
        status: 400,
        body: { error: 'unauthorized_client' },
      });
  });

  it('[AX-60] [SEC-40] refuses a disabled client', async () => {
    const door = aFrontDoor();
    const { refresh_token } = await signedIn(door);
    door.clients.set('app', aClient({ ...door.clients.get('app'), enabled: false }));
    expect(await refresh(door, refresh_token)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('[SEC-90] answers 503 while clients or grants cannot be read, never invalid_client', async () => {
    const down = (): never => {
      throw new StoreError('unavailable', 'down');
    };
    const door = aFrontDoor({ store: { ...createMemoryStore(), find: async () => down(), write: async () => down() } });
    const answer = await door.token({ grant_type: 'client_credentials' });
    expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(answer.headers['Retry-After']).toBeDefined();
  });
});

describe('[AX-86] authorization_code', () => {
  it('[AX-88] [SEC-2] redeems a code once, and a second use ends the family', async () => {
    const door = aFrontDoor();
    const code = await aCode(door);
    const first = await redeem(door, code);
    expect(await isActive(door, first.body['access_token'])).toBe(true);
    expect(await redeem(door, code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    // [AX-89]
    expect(await isActive(door, first.body['access_token'])).toBe(false);
    expect(await refresh(door, first.body['refresh_token'])).toMatchObject({ status: 400 });
    expect(door.events.filter((e) => e.name === 'grant.revoked')).toHaveLength(1);
  });

  it('[AX-87] [SEC-72] [SEC-10] refuses another client, and the right one still succeeds', async () => {
    const door = aFrontDoor();
    const code = await aCode(door);
    expect(await redeem(door, code, {}, { basic: ['eve', APP_SECRET] })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect(await redeem(door, code, { client_id: 'spa' }, { basic: null })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect((await redeem(door, code)).status).toBe(200);
  });

  it('[AX-88] wants the redirect URI of the authorization, and the code survives a wrong one', async () => {
    const door = aFrontDoor();
    const code = await aCode(door);
    for (const redirect_uri of [`${CALLBACK}/`, 'https://evil.example/cb', ''])
      expect(await redeem(door, code, { redirect_uri })).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant' },
      });
    expect((await redeem(door, code)).status).toBe(200);
  });

  it('[AX-42] [SEC-50] is dead at its end, live one millisecond before', async () => {
    for (const [after, status] of [
      [599_999, 200],
      [600_000, 400],
    ] as const) {
      const door = aFrontDoor();
      const code = await aCode(door);
      door.time.now += after;
      expect((await redeem(door, code)).status).toBe(status);
    }
  });

  it('[SEC-21] [SEC-22] holds to PKCE: a missing verifier changes nothing, a wrong one burns the code', async () => {
    const door = aFrontDoor();
    const kept = await aCode(door, { data: { challenge: CHALLENGE } });
    expect((await redeem(door, kept)).body['error']).toBe('invalid_grant');
    expect((await redeem(door, kept, { code_verifier: VERIFIER })).status).toBe(200);

    for (const wrong of ['a'.repeat(43), VERIFIER.toLowerCase(), 'short', 'x'.repeat(129), `${VERIFIER} `]) {
      const burnt = await aCode(door, { data: { challenge: CHALLENGE } });
      expect((await redeem(door, burnt, { code_verifier: wrong })).body['error']).toBe('invalid_grant');
      expect((await redeem(door, burnt, { code_verifier: VERIFIER })).body['error']).toBe('invalid_grant');
    }
    const unasked = await aCode(door);
    expect((await redeem(door, unasked, { code_verifier: VERIFIER })).body['error']).toBe('invalid_grant');
  });

  it('[SEC-23] gives nothing where the store lost the challenge', async () => {
    const memory = createMemoryStore();
    const door = aFrontDoor({ store: memory });
    const code = await aCode(door, { data: { challenge: CHALLENGE } });
    for (const register of memory.registers.values()) {
      const data = JSON.parse(register.data) as Record<string, unknown>;
      delete data['challenge'];
      Object.assign(register, { data: JSON.stringify(data) });
    }
    expect((await redeem(door, code)).status).toBe(500);
    expect(memory.tokens.size).toBe(0);
  });

  it('[SEC-40] refuses once the owner is disabled, locked or gone', async () => {
    for (const owner of [anOwner({ enabled: false }), anOwner({ locked: true }), null]) {
      const door = aFrontDoor();
      const code = await aCode(door);
      if (owner) door.owners.set('ann', owner);
      else door.owners.delete('ann');
      expect((await redeem(door, code)).body['error']).toBe('invalid_grant');
    }
  });

  it('[SEC-8] [SEC-11] knows no other handle, no neighbour of a code, and looks none of them up', async () => {
    const memory = createMemoryStore();
    const door = aFrontDoor({ store: memory });
    const code = await aCode(door);
    memory.calls.length = 0;
    const { entropy } = door.context.runtime;
    for (const wrong of [
      makeAccessToken(entropy, 54),
      code.slice(0, -1),
      `${code}x`,
      code.toLowerCase(),
      'x'.repeat(300),
    ])
      expect((await redeem(door, wrong)).body['error']).toBe('invalid_grant');
    expect(memory.calls).toEqual([]);
    expect((await redeem(door, code)).status).toBe(200);
  });

  it('opens a code made under any listed secret', async () => {
    const [older, newer] = ['the older secret of this server, 32 bytes', 'the newer secret of this server, 32 bytes'];
    const store = createMemoryStore();
    const before = aFrontDoor({ store, secrets: [older] });
    const code = await aCode(before);
    expect((await redeem(aFrontDoor({ store, secrets: [newer] }), code)).status).toBe(400);
    expect((await redeem(aFrontDoor({ store, secrets: [newer, older] }), code)).status).toBe(200);
  });
});

it('a code that comes back again and again ends its family once, for those who listen', async () => {
  const door = aFrontDoor();
  const code = await aCode(door);
  await redeem(door, code);
  for (let i = 0; i < 3; i++) expect((await redeem(door, code)).body['error']).toBe('invalid_grant');
  expect(door.events.filter(({ name }) => name === 'grant.revoked')).toHaveLength(1);
});

describe('an owner who falls while a code is redeemed', () => {
  it('never leaves a token of nobody', async () => {
    const door = aFrontDoor();
    const code = await aCode(door);
    const standing = [anOwner()];
    const owners = { ...door.context.owners, find: async () => standing.pop() ?? null };
    const endpoint = tokenEndpoint({ ...door.context, owners }, new Map([['authorization_code', authorizationCode]]));
    const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
    const { body } = await door.at(endpoint, form);
    expect((await door.introspect({ token: String(body['access_token']) })).body['sub']).toBe('ann');
  });
});

describe('[AX-95] client_credentials', () => {
  it('[AX-96] [AX-118] gives no refresh token, and the subject is the client', async () => {
    const memory = createMemoryStore();
    const door = aFrontDoor({ store: memory });
    const { body } = await door.token({ grant_type: 'client_credentials', scope: 'write' });
    expect(body).not.toHaveProperty('refresh_token');
    expect(memory.registers.size).toBe(0);
    const seen = (await door.introspect({ token: String(body['access_token']) })).body;
    expect(seen).toMatchObject({ active: true, sub: 'app', sub_type: 'client', client_id: 'app', scope: 'write' });
    expect(seen).not.toHaveProperty('username');
  });

  it('[SEC-36] is closed to public clients, whatever their registration says', async () => {
    const door = aFrontDoor();
    door.clients.set('spa', aClient({ ...door.clients.get('spa'), grantTypes: ALL_GRANTS }));
    const answer = await door.token({ grant_type: 'client_credentials', client_id: 'spa' }, { basic: null });
    expect(answer).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
  });

  it('[AX-73] [AX-74] renews where a deployment insists', async () => {
    const door = aFrontDoor({
      settings: { grants: grantsWith('client_credentials', { refreshToken: DEFAULT_TOKENS.refreshToken }) },
    });
    const { body } = await door.token({ grant_type: 'client_credentials' });
    const next = await refresh(door, body['refresh_token']);
    expect(next.status).toBe(200);
    expect((await door.introspect({ token: String(next.body['access_token']) })).body).toMatchObject({
      sub: 'app',
      sub_type: 'client',
    });
  });

  it('[AX-78] [AX-80] [SEC-80] grants what is asked and registered, the defaults where nothing is asked', async () => {
    const door = aFrontDoor();
    const scope = async (asked?: string) => {
      const { body } = await door.token({ grant_type: 'client_credentials', ...(asked ? { scope: asked } : {}) });
      return body['scope'] ?? body['error'];
    };
    expect(await scope()).toBe('read');
    expect(await scope('write,read')).toBe('write read');
    expect(await scope('write unknown')).toBe('write');
    expect(await scope('unknown')).toBe('invalid_scope');
  });

  it('[AX-81] [AX-83] lets a hook choose the scopes', async () => {
    const door = aFrontDoor({
      settings: { grants: grantsWith('client_credentials', { scopes: { source: 'hook', match: 'any' } }) },
      hooks: { chooseScopes: ({ requestedScope }) => [...requestedScope, 'hooked'] },
    });
    expect((await door.token({ grant_type: 'client_credentials', scope: 'read' })).body['scope']).toBe('read hooked');
  });

  it('a veto refuses and writes nothing', async () => {
    const memory = createMemoryStore();
    const door = aFrontDoor({ store: memory, hooks: { vetoIssue: () => 'not on Sundays' } });
    const answer = await door.token({ grant_type: 'client_credentials' });
    expect(answer).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    expect(JSON.stringify(answer.body)).not.toContain('Sundays');
    expect(memory.tokens.size).toBe(0);
  });
});

describe('[AX-105] refresh_token', () => {
  it('[AX-73] [AX-76] [SEC-109] rotates, and answers a retry inside the grace byte for byte', async () => {
    const door = aFrontDoor();
    const first = await signedIn(door);
    const second = await refresh(door, first['refresh_token']);
    expect(second.body['refresh_token']).not.toBe(first['refresh_token']);
    expect(second.body['scope']).toBe('read write');
    door.time.now += 29_999;
    const retried = await refresh(door, first['refresh_token']);
    expect(JSON.stringify(retried.body)).toBe(JSON.stringify(second.body));
    expect(await isActive(door, first['access_token'])).toBe(true);
  });

  it('ends the family when a used token comes back after the grace', async () => {
    const door = aFrontDoor();
    const first = await signedIn(door);
    const second = await refresh(door, first['refresh_token']);
    door.time.now += 30_000;
    expect((await refresh(door, first['refresh_token'])).body['error']).toBe('invalid_grant');
    expect((await refresh(door, second.body['refresh_token'])).body['error']).toBe('invalid_grant');
    expect(await isActive(door, second.body['access_token'])).toBe(false);
  });

  it('ends the grace once the successor was used', async () => {
    const door = aFrontDoor();
    const first = await signedIn(door);
    const second = await refresh(door, first['refresh_token']);
    expect((await refresh(door, second.body['refresh_token'])).status).toBe(200);
    expect((await refresh(door, first['refresh_token'])).body['error']).toBe('invalid_grant');
    expect(door.events.some((e) => e.name === 'grant.revoked')).toBe(true);
  });

  it('a retry that asks for something else is refused, and nothing else happens', async () => {
    const door = aFrontDoor();
    const first = await signedIn(door);
    const second = await refresh(door, first['refresh_token']);
    expect((await refresh(door, first['refresh_token'], { scope: 'read' })).body['error']).toBe('invalid_grant');
    expect((await refresh(door, second.body['refresh_token'])).status).toBe(200);
  });

  it('[SEC-10] refuses another client, and the token lives on', async () => {
    const door = aFrontDoor();
    const { refresh_token } = await signedIn(door);
    expect(await refresh(door, refresh_token, {}, { basic: ['eve', APP_SECRET] })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect((await refresh(door, refresh_token)).status).toBe(200);
  });

  it('[SEC-85] [SEC-50] is refused at its end, whatever the store still holds', async () => {
    const door = aFrontDoor();
    const { refresh_token } = await signedIn(door);
    door.time.now += 43_200_000;
    expect((await refresh(door, refresh_token)).body['error']).toBe('invalid_grant');
    door.time.now -= 1;
    expect((await refresh(door, refresh_token)).status).toBe(200);
  });

  it('narrows a scope, never widens it, and the refresh token keeps its own', async () => {
    const door = aFrontDoor();
    const first = await signedIn(door);
    const narrow = await refresh(door, first['refresh_token'], { scope: 'read' });
    expect(narrow.body['scope']).toBe('read');
    expect((await refresh(door, narrow.body['refresh_token'], { scope: 'read admin' })).body['error']).toBe(
      'invalid_scope',
    );
    expect((await refresh(door, narrow.body['refresh_token'])).body['scope']).toBe('read write');
  });

  it('[SEC-14] is refused once a scope or the owner is taken away', async () => {
    const door = aFrontDoor();
    const { refresh_token } = await signedIn(door);
    door.clients.set('app', aClient({ ...door.clients.get('app'), scopes: ['read'] }));
    expect((await refresh(door, refresh_token)).body['error']).toBe('invalid_grant');
    expect((await refresh(door, refresh_token, { scope: 'read' })).status).toBe(200);
    const other = await signedIn(door);
    door.owners.set('ann', anOwner({ enabled: false }));
    expect((await refresh(door, other['refresh_token'])).body['error']).toBe('invalid_grant');
  });

  it('[AX-74] mode none: an access token, and the chain ends', async () => {
    const door = aFrontDoor({
      settings: {
        grants: grantsWith('refresh_token', { refreshToken: { ...DEFAULT_TOKENS.refreshToken, mode: 'none' } }),
      },
    });
    const { refresh_token } = await signedIn(door);
    const last = await refresh(door, refresh_token);
    expect(last.status).toBe(200);
    expect(last.body).not.toHaveProperty('refresh_token');
    expect((await refresh(door, refresh_token)).body).toEqual(last.body);
    door.time.now += 60_000;
    expect((await refresh(door, refresh_token)).body['error']).toBe('invalid_grant');
    expect(await isActive(door, last.body['access_token'])).toBe(true);
  });

  it('[AX-75] mode preserve: the presented token comes back and stays valid', async () => {
    const memory = createMemoryStore();
    const door = aFrontDoor({
      store: memory,
      settings: {
        grants: grantsWith('refresh_token', { refreshToken: { ...DEFAULT_TOKENS.refreshToken, mode: 'preserve' } }),
      },
    });
    const first = await signedIn(door);
    memory.calls.length = 0;
    const again = await refresh(door, first['refresh_token']);
    expect(again.body['refresh_token']).toBe(first['refresh_token']);
    expect(again.body['access_token']).not.toBe(first['access_token']);
    // Case 68: issuing never writes the grant unless it must live longer.
    expect(memory.calls.filter((call) => call.startsWith('write'))).toEqual(['write  access_token']);
    expect((await refresh(door, first['refresh_token'])).status).toBe(200);
  });

  it('[AX-75] a public client’s token is rotated in mode preserve too (RFC 9700 4.14.2)', async () => {
    const door = aFrontDoor({
      settings: {
        grants: grantsWith('refresh_token', { refreshToken: { ...DEFAULT_TOKENS.refreshToken, mode: 'preserve' } }),
      },
    });
    const spa = { basic: null } as const;
    const code = await aCode(door, { clientId: 'spa' });
    const first = (await redeem(door, code, { client_id: 'spa' }, spa)).body;
    const next = await refresh(door, first['refresh_token'], { client_id: 'spa' }, spa);
    expect(next.status).toBe(200);
    expect(next.body['refresh_token']).not.toBe(first['refresh_token']);
  });

  it('a retry whose answer is sealed under a secret that is not listed here is for another server, and no theft', async () => {
    const [older, newer] = ['the older secret of this server, 32 bytes', 'the newer secret of this server, 32 bytes'];
    const store = createMemoryStore();
    const there = aFrontDoor({ store, secrets: [newer, older] });
    const { refresh_token } = await signedIn(there);
    const { body } = await refresh(there, refresh_token);
    const here = aFrontDoor({ store, secrets: [older] });
    expect(await refresh(here, refresh_token)).toMatchObject({
      status: 503,
      body: { error: 'temporarily_unavailable' },
      headers: { 'Retry-After': '1' },
    });
    expect((await refresh(there, refresh_token)).body).toEqual(body);
  });

  it('a grant of a custom kind that the server has no more is refreshed by its client’s registration', async () => {
    const door = aFrontDoor();
    const code = await aCode(door, { data: { origin: 'urn:example:gone' } });
    const { body } = await redeem(door, code);
    expect((await refresh(door, body['refresh_token'])).status).toBe(200);
    door.clients.set('app', aClient({ ...door.clients.get('app'), scopes: ['read'] }));
    const { body: next } = await redeem(door, await aCode(door, { data: { origin: 'urn:example:gone' } }));
    expect((await refresh(door, next['refresh_token'])).body['error']).toBe('invalid_grant');
  });

  it('no family outlives its absolute end', async () => {
    const door = aFrontDoor({
      settings: { refresh: { graceSeconds: 30, familySeconds: 50_000, refuseUnknownGeneration: false } },
    });
    let { body } = await redeem(door, await aCode(door, { data: { endsAt: door.time.now + 50_000_000 } }));
    door.time.now += 40_000_000;
    ({ body } = await refresh(door, body['refresh_token']));
    door.time.now += 9_999_000;
    ({ body } = await refresh(door, body['refresh_token']));
    expect(body['expires_in']).toBe(1);
    door.time.now += 1_000;
    expect((await refresh(door, body['refresh_token'])).body['error']).toBe('invalid_grant');
  });

  it('a store that is behind is unavailable and alarms; nobody is accused', async () => {
    const door = aFrontDoor();
    const first = await signedIn(door);
    const parsed = parseRefreshToken(String(first['refresh_token']));
    if (!parsed) throw new Error('no refresh token');
    const newer = makeRefreshToken(door.context.runtime.entropy, 46, parsed.family, 3);
    expect((await refresh(door, newer)).status).toBe(503);
    expect(door.events.filter((e) => e.name === 'store.behind')).toHaveLength(1);
    expect((await refresh(door, first['refresh_token'])).status).toBe(200);
    const told = aFrontDoor({
      settings: { refresh: { graceSeconds: 30, familySeconds: 2_592_000, refuseUnknownGeneration: true } },
    });
    const other = parseRefreshToken(String((await signedIn(told))['refresh_token']));
    expect(
      (await refresh(told, makeRefreshToken(told.context.runtime.entropy, 46, other?.family ?? ('' as never), 3)))
        .status,
    ).toBe(400);
  });

  it('500 refreshes leave one grant, and the second generation is recognised at the end', async () => {
    const memory = createMemoryStore();
    const door = aFrontDoor({ store: memory });
    let { body } = await redeem(door, await aCode(door));
    const chain = [body['refresh_token']];
    for (let i = 0; i < 500; i++) {
      ({ body } = await refresh(door, body['refresh_token']));
      chain.push(body['refresh_token']);
    }
    expect([...memory.registers.values()].filter((r) => r.kind === 'grant')).toHaveLength(1);
    expect((await refresh(door, chain[1])).body['error']).toBe('invalid_grant');
    expect(await isActive(door, body['access_token'])).toBe(false);
  });

  it('a client that may not refresh is given nothing to refresh with', async () => {
    const door = aFrontDoor();
    door.clients.set('app', aClient({ ...door.clients.get('app'), grantTypes: ['authorization_code'] }));
    expect(await signedIn(door)).not.toHaveProperty('refresh_token');
  });
});

describe('[AX-90] password', () => {
  const ask = (door: FrontDoor, password: string) =>
    door.token({ grant_type: 'password', username: 'ann', password, scope: 'write' });

  it('[AX-91] [AX-94] signs the owner in, and keeps no password', async () => {
    const memory = createMemoryStore();
    const door = aFrontDoor({
      store: memory,
      hooks: { authenticateOwner: ({ password }) => (password === 'right password' ? anOwner() : null) },
    });
    const { body, status } = await ask(door, 'right password');
    expect(status).toBe(200);
    expect(body).toHaveProperty('refresh_token');
    expect((await door.introspect({ token: String(body['access_token']) })).body).toMatchObject({
      sub: 'ann',
      sub_type: 'owner',
      scope: 'write',
    });
    const stored = JSON.stringify([...memory.tokens.values(), ...memory.registers.values()]);
    expect(stored).not.toContain('right password');
    expect(stored).toContain('xxxxxxxx');
    expect(await ask(door, 'wrong')).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });
});

describe('the parameters that are kept with a token', () => {
  const keep = async (form: Record<string, string>): Promise<string> => {
    const memory = createMemoryStore();
    const { status } = await aFrontDoor({ store: memory }).token({ grant_type: 'client_credentials', ...form });
    expect(status).toBe(200);
    return JSON.stringify([...memory.tokens.values(), ...memory.registers.values()]);
  };

  it('[SEC-43] are 2048 bytes, names and all, and what does not fit is left out', async () => {
    const own = Buffer.byteLength('grant_typeclient_credentials');
    const fits = 'é'.repeat((2_048 - own - 'xy'.length) / 2);
    expect(await keep({ xy: fits, z: '' })).toContain(fits);
    const stored = await keep({ xy: `${fits}e`, flood: 'f'.repeat(50_000), after: 'still kept' });
    expect(stored).not.toContain(fits);
    expect(stored).not.toContain('flood');
    expect(stored).toContain('still kept');
  });

  it('[SEC-82] are no credentials in any case of their names', async () => {
    const stored = await keep({ Client_Secret: 'so secret', CODE_VERIFIER: 'so secret', Password: 'so secret' });
    expect(stored).not.toContain('so secret');
  });
});
