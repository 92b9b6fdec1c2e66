import { describe, expect, it } from 'vitest';
import { aClient, aCode } from '../grants/world.test-support.ts';
import type { Settings } from '../server/config.ts';
import { DEFAULT_GRANTS, DEFAULT_SETTINGS, DEFAULT_TOKENS } from '../server/defaults.ts';
import { createMemoryStore } from '../store/memory-store.test-support.ts';
import { aFrontDoor, type FrontDoor } from './front-door.test-support.ts';
import { tokeninfoEndpoint } from './tokeninfo.ts';

const tokeninfo = (over: Partial<Settings['tokeninfo']>) => ({
  settings: { tokeninfo: { ...DEFAULT_SETTINGS.tokeninfo, ...over } },
});
const ask = (door: FrontDoor, form: Record<string, string>, call = {}) =>
  door.at(tokeninfoEndpoint(door.context), form, { basic: null, ...call });
const ownersToken = async (door: FrontDoor, data = {}) => {
  const code = await aCode(door, { data });
  return String(
    (await door.token({ grant_type: 'authorization_code', code, redirect_uri: 'https://client.example/cb' })).body[
      'access_token'
    ],
  );
};

describe('[AX-116] tokeninfo', () => {
  it('[AX-117] describes the token to whoever holds it', async () => {
    const door = aFrontDoor();
    const access_token = await ownersToken(door);
    door.time.now += 1_082_500;
    const { body, headers, status } = await ask(door, { access_token });
    expect(status).toBe(200);
    expect(headers['Cache-Control']).toBe('no-store');
    expect(body).toEqual({ audience: 'app', user_id: 'ann', scope: 'read write', expires_in: 2517 });
  });

  it('[AX-118] names the client where there is no owner', async () => {
    const door = aFrontDoor();
    const { access_token } = (await door.token({ grant_type: 'client_credentials' })).body;
    expect((await ask(door, { access_token: String(access_token) })).body).toMatchObject({
      audience: 'app',
      user_id: 'app',
    });
  });

  it('[AX-119] [SEC-12] answers 400 for unknown, expired, revoked and missing tokens and disabled clients', async () => {
    const door = aFrontDoor();
    const access_token = await ownersToken(door);
    expect(await ask(door, {})).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    for (const token of ['unknown', `${access_token}x`, 'x'.repeat(9_999)])
      expect(await ask(door, { access_token: token })).toMatchObject({ status: 400, body: { error: 'invalid_token' } });
    door.clients.set('app', aClient({ ...door.clients.get('app'), enabled: false }));
    expect((await ask(door, { access_token })).status).toBe(400);
    door.clients.set('app', aClient({ ...door.clients.get('app'), enabled: true }));
    expect((await ask(door, { access_token })).status).toBe(200);
    door.time.now += 3_600_000;
    expect((await ask(door, { access_token })).status).toBe(400);
    door.time.now -= 3_600_000;
    await door.revoke({ token: access_token });
    expect((await ask(door, { access_token })).status).toBe(400);
  });

  it('[SEC-76] refuses GET, and a token in the query', async () => {
    const door = aFrontDoor();
    const access_token = await ownersToken(door);
    const query = `?access_token=${access_token}`;
    expect(await ask(door, {}, { method: 'GET', query, body: '' })).toMatchObject({
      status: 405,
      headers: { Allow: 'POST' },
    });
    expect(await ask(door, {}, { query })).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(JSON.stringify(door.events)).not.toContain(access_token);
  });

  it('[AX-120] finds the token where the setting says', async () => {
    const named = aFrontDoor(tokeninfo({ parameter: 'tok' }));
    expect((await ask(named, { tok: await ownersToken(named) })).status).toBe(200);
    const queried = aFrontDoor(tokeninfo({ location: 'query', acceptQueryToken: true }));
    expect((await ask(queried, {}, { query: `?access_token=${await ownersToken(queried)}` })).status).toBe(200);
    const selected = aFrontDoor(tokeninfo({ location: 'selector', selector: '${http.headers["x-token"]}' }));
    expect((await ask(selected, {}, { headers: { 'x-token': await ownersToken(selected) } })).status).toBe(200);
  });

  it('[AX-121] [AX-122] adds members, which selectors fill in', async () => {
    const accessToken = { ...DEFAULT_TOKENS.accessToken, metadata: { Department: '${client.id} team' } };
    const door = aFrontDoor({
      settings: {
        grants: new Map(DEFAULT_GRANTS).set('authorization_code', { ...DEFAULT_TOKENS, accessToken }),
        tokeninfo: {
          ...DEFAULT_SETTINGS.tokeninfo,
          extra: { 'The Department': '${accesstoken.getAdditionalInformation().get("Department")}' },
        },
      },
    });
    expect((await ask(door, { access_token: await ownersToken(door) })).body['The Department']).toBe('app team');
  });

  it('demands a client where that is set', async () => {
    const door = aFrontDoor(tokeninfo({ anonymous: false }));
    const access_token = await ownersToken(door);
    expect(await ask(door, { access_token })).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect((await ask(door, { access_token }, { basic: undefined })).status).toBe(200);
  });

  it('stops a network that guesses, and nobody else', async () => {
    const door = aFrontDoor();
    const access_token = await ownersToken(door);
    const seen = [];
    for (let i = 0; i < 62; i++) seen.push((await ask(door, { access_token: 'guess' })).status);
    expect(seen.slice(0, 59).every((status) => status === 400)).toBe(true);
    expect(seen.at(-1)).toBe(429);
    expect((await ask(door, { access_token })).status).toBe(429);
    door.time.now += 120_000;
    expect((await ask(door, { access_token })).status).toBe(200);
  });

  it('costs one look-up', async () => {
    const memory = createMemoryStore();
    const door = aFrontDoor({ store: memory });
    const access_token = await ownersToken(door);
    memory.calls.length = 0;
    await ask(door, { access_token });
    expect(memory.calls).toEqual(['find access_token']);
  });
});
