import { type Key, type Log, StoreError, silentLog } from '@gatehouse/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { aGrant, aKey, anAttempt, aToken, MINUTE, SetClock, START } from './fixtures.test-support.ts';
import { type CacheOptions, type CacheStore, type Eviction, openStore } from './index.ts';

const opened: CacheStore[] = [];
async function open(options: CacheOptions): Promise<CacheStore> {
  const store = await openStore({ clock: new SetClock(), ...options });
  opened.push(store);
  return store;
}

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

function warnings(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return {
    log: { ...silentLog, warn: (fields, message) => lines.push(`${message} ${JSON.stringify(fields)}`) },
    lines,
  };
}

const add = (store: CacheStore, ...add: Parameters<CacheStore['write']>[0]['add'] & object) =>
  store.write({ attempt: anAttempt(), add });
const refusal = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (answer) => answer,
    (error: unknown) => (error instanceof StoreError ? error.kind : error),
  );

describe('a full cache', () => {
  it('[SEC-115] makes room for a token: of the expired first, then of what nobody asked for longest', async () => {
    const evicted: Eviction[] = [];
    const store = await open({ maxElements: 3, onEviction: (eviction) => evicted.push(eviction) });
    const old = aToken({ issuedAt: START - 10 * MINUTE });
    const [asked, idle] = [aToken(), aToken()];
    await add(store, asked, idle, old);
    await store.find('access_token', idle.key);
    await store.find('access_token', asked.key);
    await store.find('access_token', old.key);

    const third = aToken();
    await add(store, third);
    expect(evicted).toEqual([{ live: false }]);
    expect(await store.find('access_token', old.key)).toBe(undefined);

    await add(store, aToken());
    expect(evicted).toEqual([{ live: false }, { live: true }]);
    expect(await store.find('access_token', idle.key)).toBe(undefined);
    expect(await store.find('access_token', asked.key)).toEqual({ ...asked, revoked: null });
    expect(await store.find('access_token', third.key)).toEqual({ ...third, revoked: null });
    expect(store.stats()).toMatchObject({ tokens: 3, evictions: 1, expiredEvictions: 1 });
  });

  it('[SEC-115] says in the log how many live tokens it evicted, once a second at most', async () => {
    vi.useFakeTimers();
    try {
      const { log, lines } = warnings();
      const store = await open({ maxElements: 2_001, log });
      await add(store, ...Array.from({ length: 2_011 }, () => aToken()));
      expect(lines).toEqual([]);
      vi.advanceTimersByTime(1_000);
      expect(lines).toEqual([
        'The cache store is full and evicted live access tokens; raise maxElements. {"evicted":10,"total":10}',
      ]);
      vi.advanceTimersByTime(10_000);
      expect(lines).toHaveLength(1);
      await add(store, aToken());
      await store.close();
      expect(lines[1]).toContain('{"evicted":1,"total":11}');
    } finally {
      vi.useRealTimers();
    }
  });

  it('[SEC-115] refuses registers of every kind, epochs too, and keeps those it has', async () => {
    for (const kind of ['grant', 'session', 'consent', 'client', 'client_epoch'] as const) {
      const store = await open({ maxRegisters: 3 });
      const kept = Array.from({ length: 3 }, () => aGrant({ kind }));
      await add(store, ...kept);
      const beside = aToken();
      expect(await refusal(add(store, beside, aGrant({ kind })))).toBe('unavailable');
      expect(await store.find('access_token', beside.key)).toBe(undefined);
      for (const { key } of kept) expect((await store.find(kind, key))?.version).toBe(1);
      // A change takes no room.
      const [keptKey] = kept.map(({ key }) => key) as [Key];
      const change = { kind, key: keptKey, from: 1, state: '{}' };
      expect(await store.write({ attempt: anAttempt(), change })).toBe('written');
      const other = kind === 'grant' ? 'session' : 'grant';
      expect(await add(store, aGrant({ kind: other }))).toBe('written');
      expect(store.stats().evictions).toBe(0);
    }
  });

  it('[SEC-115] a register past its time makes room for another', async () => {
    const clock = new SetClock();
    const store = await open({ maxRegisters: 1, clock });
    await add(store, aGrant());
    expect(await refusal(add(store, aGrant()))).toBe('unavailable');
    clock.at += 61 * MINUTE;
    expect(await add(store, aGrant({ purgeAt: START + 200 * MINUTE }))).toBe('written');
  });

  it('[SEC-27] [SEC-115] refuses replay entries of the space that is full, and of that one alone', async () => {
    const store = await open({ maxNoncesPerSpace: 3, maxNonces: 5 });
    const until = START + MINUTE;
    const use = (space: string, nonce = aKey(), at = START, attempt = anAttempt()): Promise<unknown> =>
      refusal(store.once(space, nonce, at, at + MINUTE, attempt));
    const first = aKey();
    expect([await use('flooding', first), await use('flooding'), await use('flooding')]).toEqual([true, true, true]);
    expect(await use('flooding')).toBe('unavailable');
    expect(await use('flooding', first)).toBe(false);
    expect([await use('other'), await use('other')]).toEqual([true, true]);
    expect(await use('a third')).toBe('unavailable');
    // Entries that are over make room.
    expect(await use('flooding', aKey(), until)).toBe(true);
  });

  it('[SEC-115] refuses counters beyond, and counts on with those it has', async () => {
    const store = await open({ maxCounters: 2 });
    const [one, two] = [aKey(), aKey()];
    const count = (key = aKey(), at = START): Promise<unknown> => refusal(store.count('login', key, at, MINUTE, 1));
    await store.count('login', one, START, MINUTE, 1);
    await store.count('login', two, START, MINUTE, 1);
    expect(await count()).toBe('unavailable');
    expect(await store.count('login', one, START, MINUTE, 1)).toBe(2);
    expect(await count(aKey(), START + MINUTE)).toBe(1);
  });

  it('a repeated write whose token was evicted meanwhile is told that it was written, and adds nothing again', async () => {
    const store = await open({ maxElements: 1 });
    const grant = aGrant();
    const write = { attempt: anAttempt(), add: [grant, aToken({ grantId: grant.key, subject: 'owner' })] };
    await store.write(write);
    const later = aToken();
    await add(store, later);
    expect(await store.write(write)).toBe('written');
    expect(await store.find('access_token', later.key)).toBeDefined();
  });

  it('[AX-170] a cache as small as the reference system’s is warned of, a larger one is not', async () => {
    for (const [maxElements, count] of [
      [1_000, 1],
      [2_000, 1],
      [2_001, 0],
    ] as const) {
      const { log, lines } = warnings();
      await open({ maxElements, log });
      expect(lines).toHaveLength(count);
      if (count > 0) expect(lines[0]).toContain('raise maxElements');
    }
  });

  it.each([0, -1, 1.5, Number.NaN])('a limit of %d is no setting', async (maxElements) => {
    await expect(open({ maxElements })).rejects.toThrow(/^maxElements of the cache store/);
  });
});
