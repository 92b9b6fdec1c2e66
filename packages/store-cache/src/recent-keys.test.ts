import { describe, expect, it } from 'vitest';
import { aKey } from './fixtures.test-support.ts';
import { RecentKeys } from './recent-keys.ts';

describe('which key nobody has asked for longest', () => {
  it('is the first added; asking for it makes it the last', () => {
    const recent = new RecentKeys(10);
    const [one, two, three] = [aKey(), aKey(), aKey()];
    for (const [slot, key] of [one, two, three].entries()) recent.add(key, slot);
    expect(recent.oldest(one)).toBe(0);
    expect(recent.use(one)).toBe(0);
    expect(recent.oldest(one)).toBe(1);
    expect(recent.peek(two)).toBe(1);
    expect(recent.oldest(one)).toBe(1);
    recent.delete(two);
    expect([recent.oldest(one), recent.size, recent.use(two)]).toEqual([2, 2, undefined]);
  });

  it('is still so after growing', () => {
    const recent = new RecentKeys(5_000);
    const keys = Array.from({ length: 5_000 }, aKey);
    for (const [slot, key] of keys.entries()) recent.add(key, slot);
    for (let slot = 0; slot < 5_000; slot++) {
      expect(recent.oldest(keys[0] as never)).toBe(slot);
      recent.delete(keys[slot] as never);
    }
    expect(recent.oldest(keys[0] as never)).toBe(undefined);
  });

  it('comes from elsewhere where the own shard is empty', () => {
    const recent = new RecentKeys(1_000_000);
    const alone = aKey();
    recent.add(alone, 7);
    for (let i = 0; i < 50; i++) expect(recent.oldest(aKey())).toBe(7);
  });
});
