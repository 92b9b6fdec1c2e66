import { expect, it } from 'vitest';
import { aCode } from '../grants/world.test-support.ts';
import { DEFAULT_GRANTS, DEFAULT_TOKENS } from '../server/defaults.ts';
import { createMemoryStore } from '../store/memory-store.test-support.ts';
import { grantKey, keyOf, parseRefreshToken } from '../tokens/handle.ts';
import { readTokenData } from '../tokens/token-data.ts';
import { aFrontDoor } from './front-door.test-support.ts';

const accessToken = { ...DEFAULT_TOKENS.accessToken, metadata: { Department: 'HR' } };

async function signIn() {
  const memory = createMemoryStore();
  const grants = new Map(DEFAULT_GRANTS).set('authorization_code', { ...DEFAULT_TOKENS, accessToken });
  const door = aFrontDoor({ store: memory, settings: { grants } });
  const code = await aCode(door, { data: { request: { client_id: 'app', state: 'xyz' } } });
  const redirect_uri = 'https://client.example/cb';
  const { body } = await door.token({ grant_type: 'authorization_code', code, redirect_uri });
  const family = parseRefreshToken(String(body['refresh_token']))?.family;
  if (!family) throw new Error('No refresh token was given.');
  return {
    memory,
    door,
    code,
    access: String(body['access_token']),
    refresh: String(body['refresh_token']),
    grant: grantKey(family),
  };
}

it('[AX-162] an access token is kept with all that is asked of it later', async () => {
  const { access, code, door, grant, memory, refresh } = await signIn();
  const token = await memory.find('access_token', keyOf('access_token', access));
  expect(token).toMatchObject({
    scope: ['read', 'write'],
    expiresAt: door.time.now + 3_600_000,
    subject: 'ann',
    clientId: 'app',
    // The code and the refresh token are states of this grant.
    grantId: grant,
  });
  expect(readTokenData(token?.data ?? '')).toMatchObject({
    applicationId: 'app',
    metadata: { Department: 'HR' },
    request: { state: 'xyz', grant_type: 'authorization_code' },
    refresh: { digest: keyOf('refresh_hash', refresh), expiresAt: door.time.now + 43_200_000 },
  });
  expect(JSON.stringify([token, [...memory.registers.values()]])).not.toMatch(
    new RegExp(`${access}|${refresh}|${code}`),
  );
});

it('[AX-163] a refresh token is kept with an end, an owner and a client of its own', async () => {
  const { door, grant, memory, refresh } = await signIn();
  const register = await memory.find('grant', grant);
  expect(register).toMatchObject({ subject: 'ann', clientId: 'app' });
  expect(JSON.parse(register?.state ?? '{}')).toMatchObject({
    refresh: { current: keyOf('refresh_hash', refresh), expiresAt: door.time.now + 43_200_000 },
  });
});

it('[AX-165] what hangs on a refresh token, a code, a client or an owner is found by its grant', async () => {
  const { grant, memory } = await signIn();
  const page = { limit: 10 };
  for (const by of [{ client: 'app' }, { subject: 'ann' }, { client: 'app', subject: 'ann' }])
    expect((await memory.list('grant', by, page)).items.map((found) => found.key)).toEqual([grant]);
  expect((await memory.list('grant', { client: 'app', subject: 'bob' }, page)).items).toEqual([]);
});
