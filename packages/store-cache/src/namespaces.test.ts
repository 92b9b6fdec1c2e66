import { describe, expect, it } from 'vitest';
import { aGrant, aKey, anAttempt, aToken, SetClock, START } from './fixtures.test-support.ts';
import { CACHE_CAPABILITIES, type CacheStore, createCacheStore, openStore } from './index.ts';

const clock = new SetClock();
const later = START + 1_000;

describe('who meets in a memory', () => {
  it('[SEC-114] two stores of one process share nothing, whatever their namespace', async () => {
    const [one, other] = [await openStore({ clock, namespace: 'same' }), await openStore({ clock, namespace: 'same' })];
    const [grant, token, nonce, counted] = [aGrant(), aToken(), aKey(), aKey()];
    await one.write({ attempt: anAttempt(), add: [grant, token] });
    await one.once('space', nonce, START, later, anAttempt());
    await one.count('login', counted, START, 1_000, 1);
    expect(await other.find('grant', grant.key)).toBe(undefined);
    expect(await other.find('access_token', token.key)).toBe(undefined);
    expect((await other.list('grant', { client: 'client' }, { limit: 10 })).items).toEqual([]);
    expect(await other.once('space', nonce, START, later, anAttempt())).toBe(true);
    expect(await other.count('login', counted, START, 1_000, 0)).toBe(0);
    expect(await other.revoke({ grants: [grant.key] }, START, 'test')).toBe(0);
    await other.close();
    expect((await one.find('grant', grant.key))?.revoked).toBe(null);
    await one.close();
  });

  it('siblings share one; the last of them that closes ends it', async () => {
    const store = await openStore({ clock });
    const sibling = store.sibling();
    await sibling.open();
    await sibling.open();
    const grant = aGrant();
    await store.write({ attempt: anAttempt(), add: [grant] });
    await store.close();
    await store.close();
    expect((await sibling.find('grant', grant.key))?.version).toBe(1);
    await expect(store.find('grant', grant.key)).rejects.toMatchObject({ kind: 'unavailable' });
    await sibling.close();
    await expect(store.sibling().open()).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('a store that is not open, or not any more, does nothing', async () => {
    const store = createCacheStore({ clock });
    const calls: readonly ((store: CacheStore) => Promise<unknown>)[] = [
      (s) => s.write({ attempt: 'a', add: [aGrant()] }),
      (s) => s.find('grant', aKey()),
      (s) => s.revoke({ token: aKey() }, START, 'test'),
      (s) => s.list('client', {}, { limit: 1 }),
      (s) => s.once('space', aKey(), START, later, 'a'),
      (s) => s.count('login', aKey(), START, 1, 0),
      (s) => s.count('login', aKey(), START, 1, 1),
      (s) => s.clear('login', aKey()),
      (s) => s.ping(),
      (s) => s.sweep({ at: START, batch: 1, budgetMs: 1 }),
    ];
    for (const call of calls) await expect(call(store)).rejects.toMatchObject({ kind: 'unavailable' });
    await store.open();
    await store.close();
    for (const call of calls) await expect(call(store)).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(store.open()).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('is of one process, and says so: what is too weak for several workers is refused by who starts them', () => {
    expect(createCacheStore().capabilities).toBe(CACHE_CAPABILITIES);
    expect(createCacheStore({ snapshot: { file: 'x', secret: 'y' } }).capabilities).toEqual({
      ...CACHE_CAPABILITIES,
      durable: true,
    });
  });
});
