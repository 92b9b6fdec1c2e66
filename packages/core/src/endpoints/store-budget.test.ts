import { expect, it } from 'vitest';
import { consentKey } from '../authorize/consent.ts';
import { aCode } from '../grants/world.test-support.ts';
import { NEVER } from '../store/brands.ts';
import { createMemoryStore, type MemoryStore } from '../store/memory-store.test-support.ts';
import type { NewRegister } from '../store/records.ts';
import { keyOf } from '../tokens/handle.ts';
import { aFrontDoor, type FrontDoor } from './front-door.test-support.ts';
import { tokeninfoEndpoint } from './tokeninfo.ts';

/** performance.md: what each flow may ask of its store, counted and not timed. */

const CALLBACK = 'https://client.example/cb';
const SESSION = keyOf('session', 'the session of ann');

const supports: readonly NewRegister[] = [
  { kind: 'session' as const, key: SESSION, clientId: null, sessionId: SESSION, state: '{}' },
  {
    kind: 'consent' as const,
    key: consentKey('app', 'ann'),
    clientId: 'app',
    sessionId: null,
    state: JSON.stringify({ v: 1, scope: ['read', 'write'], changedAt: 0 }),
  },
].map((register) => ({ ...register, subject: 'ann', createdAt: 0, expiresAt: NEVER, purgeAt: NEVER, data: '{}' }));

async function aDesk(): Promise<{ door: FrontDoor; store: MemoryStore; code: string }> {
  const store = createMemoryStore();
  const door = aFrontDoor({ store });
  await store.write({ attempt: 'supports', add: supports });
  const code = await aCode(door, { sessionId: SESSION, data: { consent: true } });
  store.calls.length = 0;
  return { door, store, code };
}

const redeem = (door: FrontDoor, code: string) =>
  door.token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK });

it('a code costs a read, two beside each other, and one write', async () => {
  const { code, door, store } = await aDesk();
  expect((await redeem(door, code)).status).toBe(200);
  expect(store.calls).toEqual(['find grant', 'find session', 'find consent', 'write change:grant access_token']);
});

it('a refresh costs a read and one write, and its retry a read', async () => {
  const { code, door, store } = await aDesk();
  const { body } = await redeem(door, code);
  store.calls.length = 0;
  const form = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
  expect((await door.token(form)).status).toBe(200);
  expect(store.calls).toEqual(['find grant', 'write change:grant access_token']);
  store.calls.length = 0;
  expect((await door.token(form)).status).toBe(200);
  expect(store.calls).toEqual(['find grant']);
});

it('client credentials cost one write', async () => {
  const { door, store } = await aDesk();
  expect((await door.token({ grant_type: 'client_credentials' })).status).toBe(200);
  expect(store.calls).toEqual(['write  access_token']);
});

it('a token is described for one read, and revoked for a read and an update', async () => {
  const { code, door, store } = await aDesk();
  const { body } = await redeem(door, code);
  const [access, refresh] = [String(body['access_token']), String(body['refresh_token'])];
  const costs = async (ask: () => Promise<{ readonly status: number }>): Promise<readonly string[]> => {
    store.calls.length = 0;
    expect((await ask()).status).toBe(200);
    return [...store.calls];
  };
  const tokeninfo = tokeninfoEndpoint(door.context);
  expect(await costs(() => door.introspect({ token: access }))).toEqual(['find access_token']);
  expect(await costs(() => door.introspect({ token: refresh }))).toEqual(['find grant']);
  expect(await costs(() => door.at(tokeninfo, { access_token: access }))).toEqual(['find access_token']);
  expect(await costs(() => door.revoke({ token: access }))).toEqual(['find access_token', 'revoke token']);
  expect(await costs(() => door.revoke({ token: refresh }))).toEqual(['find grant', 'revoke grants:1']);
});
