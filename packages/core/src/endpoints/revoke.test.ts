import { describe, expect, it, vi } from 'vitest';
import { aCode } from '../grants/world.test-support.ts';
import { createMemoryStore } from '../store/memory-store.test-support.ts';
import type { Store } from '../store/store.ts';
import { keyOf, makeAccessToken, makeRefreshToken, parseRefreshToken } from '../tokens/handle.ts';
import { APP_SECRET, aFrontDoor, type FrontDoor } from './front-door.test-support.ts';

const signIn = async (door: FrontDoor) => {
  const code = await aCode(door);
  const { body } = await door.token({
    grant_type: 'authorization_code',
    code,
    redirect_uri: 'https://client.example/cb',
  });
  return { code, access: String(body['access_token']), refresh: String(body['refresh_token']) };
};
/** A store that keeps what it is given and shows no token yet. */
function aLateStore(): Store {
  const memory = createMemoryStore();
  return Object.create(memory, {
    capabilities: {
      value: { ...memory.capabilities, visibility: { registers: 'cluster', tokens: 'eventual', boundMs: 50 } },
    },
    find: { value: async () => undefined },
    revoke: { value: vi.fn(async () => 1) },
  });
}
const isActive = async (door: FrontDoor, token: string) => (await door.introspect({ token })).body['active'];
const refreshed = (door: FrontDoor, refresh_token: string) =>
  door.token({ grant_type: 'refresh_token', refresh_token });

describe('[AX-108] revocation', () => {
  it('[AX-111] [AX-113] ends an access token alone, with an empty 200', async () => {
    const door = aFrontDoor();
    const { access, refresh } = await signIn(door);
    expect(await door.revoke({ token: access })).toMatchObject({
      status: 200,
      kind: 'empty',
      headers: { 'Cache-Control': 'no-store' },
    });
    expect(await isActive(door, access)).toBe(false);
    expect((await refreshed(door, refresh)).status).toBe(200);
  });

  it('[AX-112] ends everything of a refresh token', async () => {
    const door = aFrontDoor();
    const { access, refresh } = await signIn(door);
    const next = (await refreshed(door, refresh)).body;
    expect((await door.revoke({ token: String(next['refresh_token']) })).status).toBe(200);
    for (const token of [access, String(next['access_token'])]) expect(await isActive(door, token)).toBe(false);
    expect((await refreshed(door, String(next['refresh_token']))).body['error']).toBe('invalid_grant');
  });

  it('ends the family by any generation of it, newer than known too', async () => {
    for (const pick of ['previous', 'older', 'newer'] as const) {
      const door = aFrontDoor();
      const { refresh } = await signIn(door);
      const second = String((await refreshed(door, refresh)).body['refresh_token']);
      const third = (await refreshed(door, second)).body;
      const { family } = parseRefreshToken(refresh) ?? { family: '' as never };
      const newer = makeRefreshToken(door.context.runtime.entropy, 46, family, 9);
      expect((await door.revoke({ token: { previous: second, older: refresh, newer }[pick] })).status).toBe(200);
      expect(await isActive(door, String(third['access_token']))).toBe(false);
    }
  });

  it('a known generation with another secret is no token of ours', async () => {
    const door = aFrontDoor();
    const { access, refresh } = await signIn(door);
    const { family, generation } = parseRefreshToken(refresh) ?? { family: '' as never, generation: 0 };
    const forged = makeRefreshToken(door.context.runtime.entropy, 46, family, generation);
    expect((await door.revoke({ token: forged })).status).toBe(200);
    expect(await isActive(door, access)).toBe(true);
  });

  it('[AX-115] finds the token whatever the hint says', async () => {
    for (const hint of ['refresh_token', 'access_token', 'nonsense', 'constructor']) {
      const door = aFrontDoor();
      const { access } = await signIn(door);
      expect((await door.revoke({ token: access, token_type_hint: hint })).status).toBe(200);
      expect(await isActive(door, access)).toBe(false);
    }
  });

  it('[AX-113] [SEC-31] answers 200 for what it does not know, and nothing happens', async () => {
    const memory = createMemoryStore();
    const door = aFrontDoor({ store: memory });
    const { access, code } = await signIn(door);
    for (const token of ['unknown', `${access}x`, access.slice(1), code, 'x'.repeat(5000), 'a.b.c'])
      expect((await door.revoke({ token })).status).toBe(200);
    expect(memory.calls.filter((call) => call.startsWith('revoke'))).toEqual([]);
    expect(await isActive(door, access)).toBe(true);
  });

  it('[SEC-12] ends what the store may have and not show yet, as this client’s alone', async () => {
    const { access, refresh } = await signIn(aFrontDoor());
    const late = aLateStore();
    const door = aFrontDoor({ store: late });
    expect((await door.revoke({ token: access }, { basic: ['eve', APP_SECRET] })).status).toBe(200);
    const { now } = door.time;
    const of = { clientId: 'eve', purgeAt: now + 3_660_000 };
    expect(late.revoke).toHaveBeenCalledExactlyOnceWith(
      { token: keyOf('access_token', access), of },
      now,
      expect.anything(),
    );
    for (const token of ['unknown', `${access}x`, refresh]) expect((await door.revoke({ token })).status).toBe(200);
    expect(late.revoke).toHaveBeenCalledTimes(1);
  });

  it('[SEC-12] lets whoever only names a client end so few unseen tokens that nobody fills the store', async () => {
    const late = aLateStore();
    const failures = { failures: 3, windowSeconds: 60, lockSeconds: 60 };
    const door = aFrontDoor({ store: late, settings: { revoke: { clientAuth: 'any', failures } } });
    const madeUp = () => ({ token: makeAccessToken(door.context.runtime.entropy, 54), client_id: 'spa' });
    const answers = [];
    for (let i = 0; i < 6; i++) answers.push(await door.revoke(madeUp(), { basic: null }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429, 429]);
    expect(answers[4]).toMatchObject({ body: { error: 'temporarily_unavailable' }, headers: { 'Retry-After': '60' } });
    expect(late.revoke).toHaveBeenCalledTimes(3);
    // Who proves itself answers for what it asks.
    for (let i = 0; i < 6; i++) expect((await door.revoke({ token: madeUp().token })).status).toBe(200);
    door.time.now += 61_000;
    expect((await door.revoke(madeUp(), { basic: null })).status).toBe(200);
  });

  it('never counts what a store that shows its tokens at once does not know', async () => {
    const memory = createMemoryStore();
    const door = aFrontDoor({ store: memory });
    for (let i = 0; i < 100; i++) {
      const token = makeAccessToken(door.context.runtime.entropy, 54);
      expect((await door.revoke({ token, client_id: 'spa' }, { basic: null })).status).toBe(200);
    }
    expect(memory.calls.filter((call) => !call.startsWith('find'))).toEqual([]);
  });

  it('[AX-110] [SEC-77] [SEC-10] refuses another client, and the token lives on', async () => {
    const door = aFrontDoor();
    const { access, refresh } = await signIn(door);
    for (const token of [access, refresh])
      expect(await door.revoke({ token }, { basic: ['eve', APP_SECRET] })).toMatchObject({
        status: 403,
        body: { error: 'unauthorized_client' },
      });
    expect(await isActive(door, access)).toBe(true);
    expect((await refreshed(door, refresh)).status).toBe(200);
    const axway = aFrontDoor({ settings: { compat: 'axway' } });
    const other = await signIn(axway);
    expect((await axway.revoke({ token: other.access }, { basic: ['eve', APP_SECRET] })).status).toBe(401);
  });

  it('[AX-109] [AX-114] wants the client, by header or form', async () => {
    const door = aFrontDoor();
    const { access } = await signIn(door);
    expect(await door.revoke({ token: access }, { basic: ['app', 'wrong'] })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    expect(await door.revoke({ token: access }, { basic: null })).toMatchObject({ status: 401 });
    expect(await isActive(door, access)).toBe(true);
    expect(
      (await door.revoke({ token: access, client_id: 'app', client_secret: APP_SECRET }, { basic: null })).status,
    ).toBe(200);
    expect(await isActive(door, access)).toBe(false);
  });

  it('wants a token', async () => {
    expect(await aFrontDoor().revoke({})).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('again is a harmless 200', async () => {
    const door = aFrontDoor();
    const { access, refresh } = await signIn(door);
    for (const token of [access, access, refresh, refresh]) expect((await door.revoke({ token })).status).toBe(200);
  });
});
