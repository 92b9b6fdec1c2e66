import { describe, expect, it } from 'vitest';
import { aClient, aCode, anOwner } from '../grants/world.test-support.ts';
import { createMemoryStore } from '../store/memory-store.test-support.ts';
import { APP_SECRET, aFrontDoor, type FrontDoor } from './front-door.test-support.ts';

const signIn = async (door: FrontDoor, data = {}) => {
  const code = await aCode(door, { data });
  const { body } = await door.token({
    grant_type: 'authorization_code',
    code,
    redirect_uri: 'https://client.example/cb',
  });
  return { access: String(body['access_token']), refresh: String(body['refresh_token']), code };
};
const INACTIVE = { active: false };

describe('introspection (RFC 7662)', () => {
  it('describes a live access token of an owner', async () => {
    const door = aFrontDoor();
    const { access } = await signIn(door, { audience: ['https://api.example'] });
    const { body, headers, status } = await door.introspect({ token: access });
    expect(status).toBe(200);
    expect(headers['Cache-Control']).toBe('no-store');
    expect(body).toEqual({
      active: true,
      scope: 'read write',
      client_id: 'app',
      username: 'ann',
      token_type: 'Bearer',
      exp: door.time.now / 1000 + 3600,
      iat: door.time.now / 1000,
      nbf: door.time.now / 1000,
      sub: 'ann',
      sub_type: 'owner',
      aud: 'https://api.example',
      iss: 'https://issuer.example',
    });
  });

  it('describes a refresh token to its own client alone', async () => {
    const door = aFrontDoor();
    const { refresh } = await signIn(door);
    expect((await door.introspect({ token: refresh })).body).toMatchObject({
      active: true,
      client_id: 'app',
      sub: 'ann',
    });
    expect((await door.introspect({ token: refresh }, { basic: ['eve', APP_SECRET] })).body).toEqual(INACTIVE);
    await door.token({ grant_type: 'refresh_token', refresh_token: refresh });
    expect((await door.introspect({ token: refresh })).body).toEqual(INACTIVE);
  });

  it('[SEC-12] says nothing of what is dead, whatever killed it', async () => {
    const endings: Record<string, (door: FrontDoor, access: string) => unknown> = {
      'its time': (door) => {
        door.time.now += 3_600_000;
      },
      'its revocation': (door, token) => door.revoke({ token }),
      'its client disabled': (door) =>
        door.clients.set('app', aClient({ ...door.clients.get('app'), id: 'app', enabled: false })),
      'its owner disabled': (door) => door.owners.set('ann', anOwner({ enabled: false })),
      'its owner locked': (door) => door.owners.set('ann', anOwner({ locked: true })),
    };
    for (const [what, end] of Object.entries(endings)) {
      const door = aFrontDoor();
      const { access } = await signIn(door);
      await end(door, access);
      expect((await door.introspect({ token: access }, { basic: ['eve', APP_SECRET] })).body, what).toEqual(INACTIVE);
    }
  });

  it('[SEC-50] is live one millisecond before its end', async () => {
    const door = aFrontDoor();
    const { access } = await signIn(door);
    door.time.now += 3_599_999;
    expect((await door.introspect({ token: access })).body['active']).toBe(true);
  });

  it('[SEC-8] [SEC-11] [SEC-31] looks nothing up that cannot be a handle, and knows no code', async () => {
    const memory = createMemoryStore();
    const door = aFrontDoor({ store: memory });
    const { access, code } = await signIn(door);
    memory.calls.length = 0;
    for (const token of [
      code,
      access.slice(1),
      `${access} `,
      access.toUpperCase(),
      'eyJhbGciOiJub25lIn0.e30.',
      'x'.repeat(999),
    ])
      expect((await door.introspect({ token })).body).toEqual(INACTIVE);
    expect(memory.calls).toEqual([]);
  });

  it('costs one look-up', async () => {
    const memory = createMemoryStore();
    const door = aFrontDoor({ store: memory });
    const { access } = await signIn(door);
    memory.calls.length = 0;
    await door.introspect({ token: access });
    expect(memory.calls).toEqual(['find access_token']);
  });

  it('is for confidential clients that authenticate', async () => {
    const door = aFrontDoor();
    const { access } = await signIn(door);
    expect(await door.introspect({ token: access }, { basic: null })).toMatchObject({ status: 401 });
    expect(await door.introspect({ token: access, client_id: 'spa' }, { basic: null })).toMatchObject({ status: 403 });
    expect(await door.introspect({ token: access }, { basic: ['app', 'wrong'] })).toMatchObject({ status: 401 });
    expect(await door.introspect({})).toMatchObject({ status: 400 });
  });

  it('limits a resource server to its own tokens where that is set', async () => {
    const door = aFrontDoor({ settings: { introspection: { ownAudienceOnly: true } } });
    const { access } = await signIn(door, { audience: ['https://api.example'] });
    const asEve = () => door.introspect({ token: access }, { basic: ['eve', APP_SECRET] });
    expect((await asEve()).body).toEqual(INACTIVE);
    door.clients.set('eve', aClient({ ...door.clients.get('eve'), id: 'eve', audience: ['https://api.example'] }));
    expect((await asEve()).body['active']).toBe(true);
    expect((await door.introspect({ token: access })).body['active']).toBe(true);
  });
});
