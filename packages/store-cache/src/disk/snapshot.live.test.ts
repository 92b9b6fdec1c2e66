import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@gatehouse/core';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { aGrant, aKey, anAttempt, aToken, MINUTE, SetClock, START } from '../fixtures.test-support.ts';
import { type CacheOptions, type CacheStore, openStore } from '../index.ts';

const SECRET = 'the first secret of this test ...';
const OTHER_SECRET = 'another secret, quite as long ....';
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-snapshot-'));
afterAll(() => rmSync(folder, { recursive: true }));

const opened: CacheStore[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

const clock = new SetClock();
let names = 0;
const fresh = (): string => join(folder, `cache-${names++}`);
async function open(file: string, options: CacheOptions = {}, secret: string | string[] = SECRET): Promise<CacheStore> {
  const store = await openStore({ clock, ...options, snapshot: { file, secret, ...options.snapshot } });
  opened.push(store);
  return store;
}

const filesOf = (file: string): string[] =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((name) => name === file || name.startsWith(`${file}.`))
    .sort();

/** What a crash at this moment leaves: the files as they are. */
function crashed(file: string): string {
  const copy = fresh();
  for (const name of filesOf(file)) if (!name.endsWith('.lock')) copyFileSync(name, copy + name.slice(file.length));
  return copy;
}

const add = (store: CacheStore, ...add: Parameters<CacheStore['write']>[0]['add'] & object) =>
  store.write({ attempt: anAttempt(), add });
const use = (store: CacheStore, key: Parameters<CacheStore['find']>[1], from = 1) =>
  store.write({ attempt: anAttempt(), change: { kind: 'grant', key, from, state: `{"v":1,"step":${from}}` } });
const refused = async (file: string, secret?: string | string[]): Promise<string> => {
  const error = await open(file, {}, secret).catch((error: unknown) => error);
  expect(error).toMatchObject({ name: 'StoreError', kind: 'config' });
  return (error as Error).message;
};

describe('a cache store with a snapshot', () => {
  it('[SEC-7] is, after a stop and after a crash, as it was last answered', async () => {
    const file = fresh();
    const store = await open(file, { namespace: 'issuer' });
    const [used, revoked, emptied] = [aGrant(), aGrant({ sessionId: aKey() }), aGrant({ kind: 'consent' })];
    const epoch = aGrant({ kind: 'client_epoch', clientId: 'another', subject: null, purgeAt: START + 1e9 });
    const token = aToken({ grantId: used.key, subject: 'owner', scope: ['a', 'b'], audience: ['x'] });
    const [marked, outlived] = [aToken(), aToken({ clientId: 'another' })];
    const [nonce, counted, cleared] = [aKey(), aKey(), aKey()];
    await add(store, used, revoked, emptied, token, marked, outlived);
    await use(store, used.key);
    await use(store, used.key, 2);
    await store.revoke({ grants: [revoked.key] }, START + 5, 'logout');
    await store.revoke({ token: marked.key }, START, 'revoked');
    await store.write({
      attempt: anAttempt(),
      change: { kind: 'consent', key: emptied.key, from: 1, state: null, expiresAt: START, purgeAt: START + MINUTE },
    });
    await add(store, epoch);
    await store.once('issuer', nonce, START, START + MINUTE, 'first');
    for (const key of [counted, counted, cleared]) await store.count('login', key, START, MINUTE, 1);
    await store.clear('login', cleared);
    const seen = async (from: CacheStore): Promise<unknown> => [
      await Promise.all([used, revoked, emptied, epoch].map(({ kind, key }) => from.find(kind as 'grant', key))),
      await Promise.all([token, marked, outlived].map(({ key }) => from.find('access_token', key))),
      await from.once('issuer', nonce, START, START + MINUTE, 'second'),
      await from.once('issuer', nonce, START, START + MINUTE, 'first'),
      [await from.count('login', counted, START, MINUTE, 0), await from.count('login', cleared, START, MINUTE, 0)],
      (await from.list('grant', { session: revoked.sessionId as never }, { limit: 5 })).items.map(({ key }) => key),
      await use(from, used.key, 2),
      await use(from, revoked.key, 2),
    ];
    const before = await seen(store);
    expect(before).toMatchObject([
      [{ version: 3 }, { version: 2, revoked: { at: START + 5, reason: 'logout' } }, { state: null }, { version: 1 }],
      [{ revoked: null }, { revoked: 'token' }, { revoked: 'client' }],
      false,
      true,
      [2, 0],
      [revoked.key],
      'outdated',
      'outdated',
    ]);

    const afterCrash = await open(crashed(file), { namespace: 'issuer' });
    expect(await seen(afterCrash)).toEqual(before);
    expect(await open(crashed(file), { namespace: 'another issuer' }).then(seen)).not.toEqual(before);
    await store.close();
    const afterStop = await open(file, { namespace: 'issuer' });
    expect(await seen(afterStop)).toEqual(before);
  });

  it('[SEC-7] no snapshot in between makes a used code good again', async () => {
    const file = fresh();
    let store = await open(file);
    const grant = aGrant();
    const nonce = aKey();
    await add(store, grant);
    await store.close();
    store = await open(file);
    await use(store, grant.key);
    await store.once('space', nonce, START, START + MINUTE, anAttempt());
    // The snapshot on disk is of before; what happened since is in the journal.
    const again = await open(crashed(file));
    expect((await again.find('grant', grant.key))?.version).toBe(2);
    expect(await use(again, grant.key)).toBe('outdated');
    expect(await again.once('space', nonce, START, START + MINUTE, anAttempt())).toBe(false);
  });

  it('[SEC-7] a snapshot without its journal, or a journal without the one before, is refused', async () => {
    const file = fresh();
    const store = await open(file);
    await add(store, aGrant());
    await store.close();
    const second = await open(file);
    await add(second, aGrant());
    const copy = crashed(file);
    for (const name of filesOf(copy)) if (name.includes('.journal.')) rmSync(name);
    expect(await refused(copy)).toMatch(
      /\.journal\.\d+ is missing\. .* restore the snapshot together with its journals/,
    );

    const without = crashed(file);
    rmSync(without);
    expect(await refused(without)).toMatch(/\.journal\.\d+ is missing/);
    expect(filesOf(without).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  it('starts empty where there is nothing, and leaves out what is past its time', async () => {
    const file = fresh();
    const store = await open(file);
    const [short, long] = [aToken({ purgeAt: START + 20 * MINUTE }), aGrant()];
    await add(store, short, long);
    await store.once('space', aKey(), START, START + MINUTE, anAttempt());
    await store.count('login', aKey(), START, MINUTE, 1);
    await store.close();
    clock.at += 20 * MINUTE;
    const later = await open(file);
    expect(later.stats()).toMatchObject({ tokens: 0, nonces: 0, counters: 0, registers: { grant: 1 } });
    clock.at = START;
  });

  it('[SEC-7] what was emptied and is past its shorter life is gone, and not as it was before', async () => {
    const file = fresh();
    const store = await open(file);
    const consent = aGrant({ kind: 'consent', expiresAt: START + 1e9, purgeAt: START + 1e9 });
    await add(store, consent);
    await store.close();
    const again = await open(file);
    const emptied = {
      kind: 'consent',
      key: consent.key,
      from: 1,
      state: null,
      expiresAt: START,
      purgeAt: START + MINUTE,
    };
    await again.write({ attempt: anAttempt(), change: emptied as never });
    const copy = crashed(file);
    clock.at += MINUTE;
    expect(await open(copy).then((later) => later.find('consent', consent.key))).toBe(undefined);
    clock.at = START;
  });

  it('is for the process’s owner alone, and holds nothing in the clear', async () => {
    const file = fresh();
    const store = await open(file);
    const grant = aGrant({ subject: 'somebody@example.com' });
    await add(store, grant);
    const copy = crashed(file);
    await store.close();
    for (const name of [...filesOf(file), ...filesOf(copy)]) {
      const bytes = readFileSync(name);
      for (const text of ['somebody', grant.key, '"v":1', SECRET]) expect(bytes.includes(text)).toBe(false);
    }
    for (const name of filesOf(file)) expect(statSync(name).mode & 0o077).toBe(0);
  });

  it('opens under every listed secret, seals under the first, and says what to do where none opens it', async () => {
    const file = fresh();
    const grant = aGrant();
    await open(file).then(async (store) => {
      await add(store, grant);
      await store.close();
    });
    expect(await refused(file, OTHER_SECRET)).toMatch(/cannot be opened: .* List that secret too/);
    await (await open(file, {}, [OTHER_SECRET, SECRET])).close();
    const rotated = await open(file, {}, [OTHER_SECRET, SECRET]);
    await add(rotated, aGrant());
    await rotated.close();
    const alone = await open(file, {}, OTHER_SECRET);
    expect((await alone.find('grant', grant.key))?.version).toBe(1);
  });

  it('gives room back: a snapshot takes in the journals before it, and the next begins empty', async () => {
    const file = fresh();
    const store = await open(file);
    const grant = aGrant();
    await add(store, grant);
    for (let from = 1; from <= 200; from++) await use(store, grant.key, from);
    const journal = (): number => {
      const sizes = filesOf(file)
        .filter((name) => name.includes('.journal.'))
        .map((name) => statSync(name).size);
      expect(sizes).toHaveLength(1);
      return sizes[0] as number;
    };
    expect(journal()).toBeGreaterThan(10_000);
    await store.close();
    expect(journal()).toBeLessThan(200);
    for (let restart = 0; restart < 5; restart++) await (await open(file)).close();
    expect(journal()).toBeLessThan(200);
    expect(filesOf(file)).toHaveLength(2);
    expect(await open(file).then((again) => again.find('grant', grant.key))).toMatchObject({ version: 201 });
  });

  it('writes one at its interval while others write, which no crash at any moment turns back', async () => {
    const file = fresh();
    const ticks: (() => void)[] = [];
    const real = globalThis.setInterval;
    vi.spyOn(globalThis, 'setInterval').mockImplementation(((tick: () => void) => {
      ticks.push(tick);
      return real(() => undefined, 1e6);
    }) as never);
    const store = await open(file, { snapshot: { file, secret: SECRET, intervalSeconds: 1 } });
    vi.restoreAllMocks();
    const grants = Array.from({ length: 1_200 }, () => aGrant());
    await add(store, ...grants);
    const versions = new Map(grants.map(({ key }) => [key, 1]));
    const copies: [string, Map<string, number>][] = [];
    for (const snapshot of [1, 2]) {
      ticks[0]?.();
      for (let round = 0; round < 16; round++) {
        const { key } = grants[(snapshot * 500 + round * 71) % grants.length] as { key: ReturnType<typeof aKey> };
        expect(await use(store, key, versions.get(key))).toBe('written');
        versions.set(key, (versions.get(key) ?? 0) + 1);
        if (round % 3 === 0) copies.push([crashed(file), new Map(versions)]);
      }
      while (existsSync(`${file}.new`)) await new Promise(setImmediate);
    }
    expect(existsSync(file)).toBe(true);
    copies.push([crashed(file), versions]);
    for (const [copy, expected] of copies) {
      const again = await open(copy);
      for (const [key, version] of expected) {
        const found = await again.find('grant', key as ReturnType<typeof aKey>);
        if (found?.version !== version) expect([copy, found?.version]).toEqual([copy, version]);
      }
      await again.close();
    }
  });

  it('logs that a snapshot failed, goes on with its journal, and loses nothing', async () => {
    const file = fresh();
    const lines: string[] = [];
    const log = { ...silentLog, error: (_: unknown, message: string) => lines.push(message) };
    const store = await open(file, { log });
    const grant = aGrant();
    await add(store, grant);
    // A folder in the way of the temporary file.
    const blocked = `${file}.new`;
    mkdirSync(blocked);
    await use(store, grant.key);
    await store.close();
    expect(lines).toEqual(['The cache store could not write its last snapshot; its journal stays.']);
    rmSync(blocked, { recursive: true });
    expect(await open(file).then((again) => again.find('grant', grant.key))).toMatchObject({ version: 2 });
  });
});

describe('a damaged file', () => {
  it('is refused where a journal has good frames behind the damage; the last frame looks like a crash and is left out', async () => {
    const file = fresh();
    const store = await open(file);
    const grant = aGrant();
    await add(store, grant);
    for (let from = 1; from <= 3; from++) await use(store, grant.key, from);
    const original = crashed(file);
    const journal = filesOf(original).find((name) => name.includes('.journal.')) as string;
    const bytes = readFileSync(journal);
    const flip = (at: number): string => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      writeFileSync(journal, changed);
      return crashed(original);
    };
    for (const at of [0, 40, 60, 100, Math.floor(bytes.length / 2)])
      expect(await refused(flip(at))).toMatch(/is damaged/);
    const again = await open(flip(bytes.length - 1));
    expect((await again.find('grant', grant.key))?.version).toBe(3);
  });

  it('a journal is read up to where a crash cut it, and goes on behind it', async () => {
    const file = fresh();
    const store = await open(file);
    const grant = aGrant();
    await add(store, grant);
    await use(store, grant.key);
    const original = crashed(file);
    const journal = filesOf(original).find((name) => name.includes('.journal.')) as string;
    const whole = readFileSync(journal);
    await use(store, grant.key, 2);
    const longer = readFileSync(filesOf(file).find((name) => name.includes('.journal.')) as string);
    for (const length of [whole.length + 1, whole.length + 24, longer.length - 1]) {
      // Some file systems lengthen first and write later: the rest is zeros.
      for (const rest of [Buffer.alloc(0), Buffer.alloc(longer.length - length)]) {
        writeFileSync(journal, Buffer.concat([longer.subarray(0, length), rest]));
        const copy = crashed(original);
        let next = copy;
        for (const version of [2, 3, 4]) {
          const again = await open(next);
          expect((await again.find('grant', grant.key))?.version).toBe(version);
          expect(await use(again, grant.key, version)).toBe('written');
          // A crash again, so that what was cut is still there.
          next = crashed(next);
        }
      }
    }
  });

  it('a snapshot with any byte changed is refused', async () => {
    const file = fresh();
    const store = await open(file);
    await add(store, aGrant(), aToken());
    await store.close();
    const bytes = readFileSync(file);
    for (const at of [0, 31, 32, 36, 40, 60, 100, Math.floor(bytes.length / 2), bytes.length - 30, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      writeFileSync(file, changed);
      expect(await refused(file)).toMatch(/is damaged/);
    }
    writeFileSync(file, bytes.subarray(0, -1));
    expect(await refused(file)).toMatch(/is damaged/);
    writeFileSync(file, bytes);
    expect((await open(file)).stats()).toMatchObject({ tokens: 1, registers: { grant: 1 } });
  });
});
