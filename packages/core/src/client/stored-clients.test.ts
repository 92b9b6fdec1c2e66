import { describe, expect, it } from 'vitest';
import { createRuntime } from '../runtime/runtime.ts';
import { createServerSecrets } from '../server/secrets.ts';
import { createMemoryStore, type MemoryStore } from '../store/memory-store.test-support.ts';
import { StoreError } from '../store/store-error.ts';
import { keyOf } from '../tokens/handle.ts';
import type { Client } from './client.ts';
import { combineDirectories, withoutIssuers } from './client-directory.ts';
import { clientKey } from './client-register.ts';
import { createConfigClients } from './config-clients.ts';
import { hmacSecrets } from './hmac-secrets.ts';
import { ClientMetadataError } from './metadata-members.ts';
import { sealClientSecret } from './sealed-secret.ts';
import { hashMachineSecret } from './secret-hash.ts';
import { createStoredClients, type StoredClients } from './stored-clients.ts';

const NOON = Date.UTC(2026, 0, 1, 12);
const APP = { id: 'app', secret: 'a-machine-made-secret', redirectUris: ['https://client.example/cb'] };

const SECRETS = createServerSecrets(['a secret of the server, long enough for it']);
const seal = (id: string, secret: string) =>
  sealClientSecret({ entropy: createRuntime().entropy, secrets: SECRETS }, id, secret);

interface Office extends StoredClients {
  readonly store: MemoryStore;
  readonly time: { now: number };
  /** Another process on the same store. */
  elsewhere(): StoredClients;
}

function anOffice(): Office {
  const store = createMemoryStore();
  const time = { now: NOON };
  const open = () =>
    createStoredClients({ store, runtime: createRuntime({ clock: { now: () => time.now } }), cacheSeconds: 5 });
  return { ...open(), store, time, elsewhere: open };
}

const epochOf = async ({ store }: Office, id: string) =>
  (await store.find('client_epoch', keyOf('client_epoch', id)))?.version ?? 0;

describe('clients in a store', () => {
  it('are found as they were registered, without their secret in the clear', async () => {
    const office = anOffice();
    await office.create(APP);
    expect(await office.find('app')).toMatchObject({ id: 'app', redirectUris: APP.redirectUris });
    const register = await office.store.find('client', clientKey('app'));
    expect(register).toMatchObject({ clientId: 'app', subject: null });
    expect(JSON.stringify(register)).not.toContain(APP.secret);
    expect(await office.find('APP')).toBeUndefined();
  });

  it('are registered once', async () => {
    const office = anOffice();
    await office.create(APP);
    await expect(office.create({ ...APP, name: 'Other' })).rejects.toThrow(ClientMetadataError);
    expect((await office.find('app'))?.name).toBe('app');
    const both = await Promise.allSettled(['one', 'two'].map((name) => office.create({ ...APP, id: 'new', name })));
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('[SEC-126] are not registered under the name of a trusted issuer, and one that was there before is not found', async () => {
    const { elsewhere, store } = anOffice();
    const runtime = createRuntime({});
    const office = createStoredClients({ store, runtime, cacheSeconds: 0, reserved: new Set(['idp']) });
    await expect(office.create({ ...APP, id: 'idp' })).rejects.toThrow('is the name of a trusted issuer');
    await elsewhere().create({ ...APP, id: 'idp' });
    expect(await office.find('idp')).toBeDefined();
    expect(await withoutIssuers(office, new Map([['idp', {}]])).find('idp')).toBeUndefined();
  });

  it('[SEC-34] [SEC-35] are judged as a whole when they change', async () => {
    const office = anOffice();
    await office.create(APP);
    for (const change of [
      { type: 'public', grantTypes: ['client_credentials'] },
      { redirectUris: ['javascript:alert(1)'] },
      { secrets: [] },
      { id: 'other' },
      { unknown: true },
    ])
      await expect(office.update('app', change)).rejects.toThrow(ClientMetadataError);
    expect(await office.find('app')).toMatchObject({ type: 'confidential', redirectUris: APP.redirectUris });
    expect(await office.update('app', { enabled: false })).toMatchObject({ enabled: false, id: 'app' });
    expect(await office.update('nobody', { enabled: false })).toBeUndefined();
  });

  it('get a new secret while the old one goes on for a time', async () => {
    const office = anOffice();
    await office.create(APP);
    const until = NOON + 60_000;
    const secret = await office.rotateSecret('app', until, seal);
    expect(secret).toMatch(/^[0-9A-Za-z]{32}$/);
    expect((await office.find('app'))?.secrets).toEqual([
      { hash: hashMachineSecret(secret ?? '') },
      { hash: hashMachineSecret(APP.secret), expiresAt: until },
    ]);
    const next = await office.rotateSecret('app', until + 1, seal);
    expect((await office.find('app'))?.secrets).toEqual([
      { hash: hashMachineSecret(next ?? '') },
      { hash: hashMachineSecret(secret ?? ''), expiresAt: until + 1 },
    ]);
    expect(await office.rotateSecret('nobody', until, seal)).toBeUndefined();
  });

  it('get a new secret of the kind that they prove themselves with, and what it replaces ends too', async () => {
    const office = anOffice();
    const { secret: _, ...app } = APP;
    const old = { sealed: seal('app', 'o'.repeat(64)) };
    await office.create({ ...app, authMethods: ['client_secret_jwt'], sealedSecrets: [old] });
    const secret = (await office.rotateSecret('app', NOON + 60_000, seal)) ?? '';
    const after = await office.find('app');
    expect(after?.secrets).toEqual([]);
    expect(after?.sealedSecrets).toEqual([expect.anything(), { ...old, expiresAt: NOON + 60_000 }]);
    expect(
      hmacSecrets({ secrets: SECRETS }, after as Client, NOON).map(({ algorithms, key }) => [`${key}`, algorithms]),
    ).toEqual([
      [secret, ['HS256', 'HS384', 'HS512']],
      ['o'.repeat(64), ['HS256', 'HS384', 'HS512']],
    ]);
    expect(hmacSecrets({ secrets: SECRETS }, after as Client, NOON + 60_000)).toHaveLength(1);
  });

  it('are gone once removed, and may be registered anew', async () => {
    const office = anOffice();
    await office.create(APP);
    expect(await office.remove('app')).toBe(true);
    expect(await office.remove('app')).toBe(false);
    expect(await office.find('app')).toBeUndefined();
    expect((await office.list({ limit: 10 })).items).toEqual([]);
    await office.create({ ...APP, name: 'Again' });
    expect((await office.find('app'))?.name).toBe('Again');
    const register = await office.store.find('client', clientKey('app'));
    expect(register?.expiresAt).toBeGreaterThan(NOON + 1e12);
  });

  it('[SEC-12] raise the epoch before an id is used, so that nothing of an earlier client revives', async () => {
    const office = anOffice();
    await office.create(APP);
    const first = await epochOf(office, 'app');
    await office.remove('app');
    expect(await epochOf(office, 'app')).toBe(first);
    await office.create(APP);
    expect(await epochOf(office, 'app')).toBe(first + 1);
  });

  it('[SEC-12] are not registered where the epoch cannot be raised', async () => {
    const store = createMemoryStore();
    const write: typeof store.write = (wanted) =>
      wanted.add?.some(({ kind }) => kind === 'client_epoch')
        ? Promise.reject(new StoreError('unavailable', 'down'))
        : store.write(wanted);
    const clients = createStoredClients({ store: { ...store, write }, runtime: createRuntime(), cacheSeconds: 5 });
    await expect(clients.create(APP)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await store.find('client', clientKey('app'))).toBeUndefined();
  });

  it('are listed in pages', async () => {
    const office = anOffice();
    for (const id of ['a', 'b', 'c']) await office.create({ ...APP, id });
    const first = await office.list({ limit: 2 });
    const second = await office.list({ limit: 2, after: first.next });
    expect([...first.items, ...second.items].map(({ id }) => id).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('are kept for some seconds, and forgotten at once where they are changed', async () => {
    const office = anOffice();
    const elsewhere = office.elsewhere();
    await office.create(APP);
    await office.find('app');
    const before = office.store.calls.length;
    await office.find('app');
    expect(office.store.calls).toHaveLength(before);

    await office.update('app', { enabled: false });
    expect((await office.find('app'))?.enabled).toBe(false);

    await elsewhere.find('app');
    await office.update('app', { enabled: true });
    expect((await elsewhere.find('app'))?.enabled).toBe(false);
    office.time.now += 5_000;
    expect((await elsewhere.find('app'))?.enabled).toBe(true);
  });

  it('are not kept as they were when they change while they are being read', async () => {
    const store = createMemoryStore();
    const reading = Promise.withResolvers<void>();
    let hold = false;
    const find = (async (...wanted: Parameters<typeof store.find>) => {
      const held = hold;
      const found = await store.find(...wanted);
      if (held) await reading.promise;
      return found;
    }) as typeof store.find;
    const clients = createStoredClients({ store: { ...store, find }, runtime: createRuntime(), cacheSeconds: 60 });
    await clients.create(APP);
    hold = true;
    const slow = clients.find('app');
    hold = false;
    await clients.update('app', { enabled: false });
    reading.resolve();
    expect((await slow)?.enabled).toBe(true);
    expect((await clients.find('app'))?.enabled).toBe(false);
  });

  it('[SEC-67] are refused as corrupt when a row holds what no registration may', async () => {
    const office = anOffice();
    await office.create(APP);
    const register = await office.store.find('client', clientKey('app'));
    const state = JSON.stringify({ v: 1, client: { id: 'app', type: 'public', __proto__: null, admin: true } });
    await office.store.write({
      attempt: 'a-hand-in-the-rows',
      change: { kind: 'client', key: clientKey('app'), from: register?.version ?? 0, state },
    });
    office.time.now += 5_000;
    await expect(office.find('app')).rejects.toMatchObject({ name: 'StoreError', kind: 'corrupt' });
  });
});

describe('several directories', () => {
  it('are asked in turn; the first that knows the client answers', async () => {
    const office = anOffice();
    await office.create({ ...APP, name: 'Stored' });
    await office.create({ ...APP, id: 'other' });
    const both = combineDirectories([createConfigClients([{ ...APP, name: 'Configured' }]), office]);
    expect((await both.find('app'))?.name).toBe('Configured');
    expect((await both.find('other'))?.id).toBe('other');
    expect(await both.find('nobody')).toBeUndefined();
  });
});
