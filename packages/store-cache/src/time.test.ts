import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aGrant, aKey, anAttempt, aToken, MINUTE, SetClock, START } from './fixtures.test-support.ts';
import { type CacheStore, openStore } from './index.ts';

let clock: SetClock;
let store: CacheStore;

beforeEach(async () => {
  vi.useFakeTimers();
  clock = new SetClock();
  store = await openStore({ clock });
});

afterEach(async () => {
  await store.close();
  vi.useRealTimers();
});

const add = (...add: Parameters<CacheStore['write']>[0]['add'] & object) => store.write({ attempt: anAttempt(), add });

/** One of everything, over after a minute. */
async function addOneOfEach(): Promise<void> {
  const life = { expiresAt: START + MINUTE, purgeAt: START + MINUTE };
  for (const kind of ['grant', 'session', 'consent', 'client', 'client_epoch'] as const)
    await add(aGrant({ kind, sessionId: aKey(), ...life }));
  await add(aToken(life));
  await store.once('space', aKey(), START, START + MINUTE, anAttempt());
  await store.count('login', aKey(), START, MINUTE, 1);
}

const EMPTY = {
  tokens: 0,
  registers: { grant: 0, session: 0, consent: 0, client: 0, client_epoch: 0 },
  nonces: 0,
  counters: 0,
  evictions: 0,
  expiredEvictions: 0,
  indexEntries: 0,
};

describe('what is past its time', () => {
  it('is removed by the one timer, indexes and all, without a call', async () => {
    await addOneOfEach();
    expect(vi.getTimerCount()).toBe(1);
    clock.at += MINUTE - 1;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(store.stats()).toMatchObject({
      tokens: 1,
      nonces: 1,
      counters: 1,
      registers: { grant: 1, client_epoch: 1 },
    });
    clock.at += 1;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(store.stats()).toEqual(EMPTY);
  });

  it('is removed in slices, and others have their turn between two', async () => {
    const life = { expiresAt: START, purgeAt: START };
    await add(...Array.from({ length: 2_500 }, () => aToken(life)));
    const left: number[] = [];
    vi.advanceTimersByTime(1_000);
    for (; store.stats().tokens > 0; vi.advanceTimersToNextTimer()) left.push(store.stats().tokens);
    expect(left).toEqual([1_500, 500]);
  });

  it('costs one timer however much there is, and none that keeps the process', async () => {
    await add(...Array.from({ length: 1_000 }, () => aToken()));
    expect(vi.getTimerCount()).toBe(1);
    const second = store.sibling({ namespace: 'another' });
    await second.open();
    expect(vi.getTimerCount()).toBe(1);
    await second.close();
    expect(vi.getTimerCount()).toBe(1);
    await store.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not found from its purge on, swept or not, and is in nobody’s way', async () => {
    const [grant, token] = [aGrant(), aToken()];
    await add(grant, token);
    clock.at = token.purgeAt - 1;
    expect(await store.find('access_token', token.key)).toBeDefined();
    clock.at = grant.purgeAt;
    expect([await store.find('access_token', token.key), await store.find('grant', grant.key)]).toEqual([
      undefined,
      undefined,
    ]);
    expect((await store.list('grant', { subject: 'owner' }, { limit: 10 })).items).toEqual([]);
    expect(await store.revoke({ grants: [grant.key] }, clock.at, 'test')).toBe(0);
    expect(await store.revoke({ token: token.key }, clock.at, 'test')).toBe(0);
    const life = { expiresAt: clock.at + MINUTE, purgeAt: clock.at + MINUTE };
    expect(await add({ ...grant, ...life, data: '{"v":2}' }, { ...token, ...life })).toBe('written');
    expect((await store.find('grant', grant.key))?.data).toBe('{"v":2}');
    expect(store.stats()).toMatchObject({ tokens: 1, registers: { grant: 1 } });
  });
});

describe('a sweep', () => {
  it('reports what it removed, of every kind, and then nothing', async () => {
    await addOneOfEach();
    const before = await store.sweep({ at: START + MINUTE - 1, batch: 10, budgetMs: 1_000 });
    expect(before).toMatchObject({ complete: true, removed: { grant: 0, access_token: 0, nonce: 0 } });
    const one = { access_token: 1, grant: 1, session: 1, consent: 1, client: 1, client_epoch: 1, nonce: 1, counter: 1 };
    const swept = await store.sweep({ at: START + MINUTE, batch: 10, budgetMs: 1_000 });
    expect(swept).toEqual({ removed: one, complete: true, errors: {} });
    expect(store.stats()).toEqual(EMPTY);
  });

  it('obeys a signal and a budget within one batch, says so, and is done in the end', async () => {
    vi.useRealTimers();
    await add(...Array.from({ length: 60 }, () => aToken({ expiresAt: START, purgeAt: START })));
    const stopped = await store.sweep({ at: START, batch: 10, budgetMs: 60_000, signal: AbortSignal.abort() });
    expect([stopped.complete, stopped.removed['access_token']]).toEqual([false, 0]);
    const hurried = await store.sweep({ at: START, batch: 10, budgetMs: 0 });
    expect([hurried.complete, hurried.removed['access_token']]).toEqual([false, 10]);
    const control = new AbortController();
    const running = store.sweep({ at: START, batch: 10, budgetMs: 60_000, signal: control.signal });
    control.abort();
    expect((await running).removed['access_token']).toBe(10);
    const rest = await store.sweep({ at: START, batch: 10, budgetMs: 60_000 });
    expect([rest.complete, rest.removed['access_token']]).toEqual([true, 40]);
    expect((await store.sweep({ at: START, batch: 10, budgetMs: 0 })).complete).toBe(true);
  });
});
