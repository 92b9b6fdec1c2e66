import { expect, it } from 'vitest';
import { aFrontDoor } from '../endpoints/front-door.test-support.ts';
import { readGrant } from '../grants/grant.ts';
import { aClient, aCode, aForm, NOON } from '../grants/world.test-support.ts';
import { createMemoryStore } from '../store/memory-store.test-support.ts';
import { familyOfCode, grantKey, keyOf, parseRefreshToken } from './handle.ts';
import { keptParameters, readTokenData } from './token-data.ts';

/** What the reference system keeps in its tables, and where it is here (parity: one grant, one row for each access token). */

const METADATA = { Department: 'HR' };

async function aSignIn() {
  const store = createMemoryStore();
  const door = aFrontDoor({ store });
  door.clients.set('app', aClient({ ...door.clients.get('app'), applicationId: 'application-7' }));
  const code = await aCode(door, { data: { metadata: METADATA } });
  const form = { grant_type: 'authorization_code', code, redirect_uri: 'https://client.example/cb', custom: 'kept' };
  const { body } = await door.token(form);
  return { store, door, code, access: String(body['access_token']), refresh: String(body['refresh_token']) };
}

it('[AX-162] an access token’s row: scopes, end, owner, client, application, metadata, request, and its grant', async () => {
  const { access, code, door, refresh, store } = await aSignIn();
  const row = await store.find('access_token', keyOf('access_token', access));
  expect(row).toMatchObject({
    clientId: 'app',
    subject: 'ann',
    scope: ['read', 'write'],
    expiresAt: NOON + 3_600_000,
    // The link to code and refresh token alike.
    grantId: grantKey(familyOfCode(code, door.context.secrets, 0)),
  });
  const data = readTokenData(row?.data ?? '');
  expect(data).toMatchObject({
    applicationId: 'application-7',
    metadata: METADATA,
    state: 'xyz',
    redirectUri: 'https://client.example/cb',
    request: { grant_type: 'authorization_code', custom: 'kept' },
    refresh: { digest: keyOf('refresh_hash', refresh) },
  });
  for (const secret of [access, code, refresh]) expect(JSON.stringify(row)).not.toContain(secret);
});

it('[AX-163] [AX-164] a refresh token and a code are states of their grant, each with an end of its own', async () => {
  const { code, door, refresh, store } = await aSignIn();
  const register = await store.find('grant', grantKey(familyOfCode(code, door.context.secrets, 0)));
  if (!register) throw new Error('The grant is not there.');
  expect(register).toMatchObject({ clientId: 'app', subject: 'ann' });
  const { data, state } = readGrant(register);
  expect(data).toMatchObject({ state: 'xyz', redirectUri: 'https://client.example/cb', metadata: METADATA });
  expect(state.code).toEqual({ hash: keyOf('code_hash', code), expiresAt: NOON + 600_000, spentAt: NOON });
  expect(state.refresh).toMatchObject({
    current: keyOf('refresh_hash', refresh),
    expiresAt: NOON + 43_200_000,
    generation: 1,
  });
});

it('[AX-165] a grant is found by its code, by its refresh token, by its client and by its owner', async () => {
  const { code, door, refresh, store } = await aSignIn();
  const key = grantKey(familyOfCode(code, door.context.secrets, 0));
  const family = parseRefreshToken(refresh)?.family;
  expect(family && grantKey(family)).toBe(key);
  for (const by of [{ client: 'app' }, { subject: 'ann' }, { client: 'app', subject: 'ann' }])
    expect((await store.list('grant', by, { limit: 10 })).items.map((grant) => grant.key)).toEqual([key]);
  expect((await store.list('grant', { client: 'app', subject: 'eve' }, { limit: 10 })).items).toEqual([]);
});

it('[SEC-61] a parameter may have any name, and is a text under it', () => {
  const kept = keptParameters(aForm({ ['__proto__']: 'x', constructor: 'y' }), { keptParameters: 100 });
  expect(Object.entries(kept)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  expect(JSON.stringify({ ...kept })).toBe('{"__proto__":"x","constructor":"y"}');
});
