import { keyOf } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { shardOf, shardsFor, WideMap } from './wide-map.ts';

describe('a map in many small ones', () => {
  it('keeps, replaces, forgets and counts like one map', () => {
    const map = new WideMap<number>(100_000);
    const keys = Array.from({ length: 5_000 }, (_, index) => `owner-${index}`);
    for (const [index, key] of keys.entries()) map.set(key, index);
    map.set('owner-7', -7);
    expect([map.size, map.get('owner-7'), map.get('owner-4999'), map.get('owner-5000')]).toEqual([
      5_000,
      -7,
      4_999,
      undefined,
    ]);
    for (const key of [...keys, 'never there']) map.delete(key);
    expect([map.size, map.get('owner-8')]).toEqual([0, undefined]);
  });

  it.each<[string, (index: number) => string]>([
    ['keys', (index) => keyOf('access_token', `token-${index}`)],
    ['numbered subjects', (index) => `user${index}@example.com`],
  ])('spreads %s evenly, so that no shard rehashes much more than its share', (_, text) => {
    const shards = shardsFor(1_000_000);
    const counts = new Array<number>(shards).fill(0);
    const entries = shards * 300;
    for (let index = 0; index < entries; index++) (counts[shardOf(text(index), shards)] as number)++;
    expect(Math.max(...counts)).toBeLessThan(400);
  });

  it('is one shard where few are expected', () => {
    expect([shardsFor(1), shardsFor(7_800), shardsFor(7_801)]).toEqual([1, 1, 2]);
  });
});
