import { NEVER } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { orderedBy, ttlOf, writtenAt } from './lives.ts';

describe('a TTL', () => {
  it('[AX-195] is rounded up, counted from the beginning of the second of its writing, and never zero', () => {
    expect(ttlOf(10_001, 10_000, 0)).toBe(1);
    expect(ttlOf(11_000, 10_999, 0)).toBe(1);
    expect(ttlOf(11_001, 10_999, 0)).toBe(2);
    expect(ttlOf(10_000, 10_000, 0)).toBe(1);
    expect(ttlOf(-5_000, 10_000, 0)).toBe(1);
  });

  it('[AX-195] outlasts the end by twice the tolerance of clocks, whatever the part of the second', () => {
    for (let now = 1_800_000_000_000; now < 1_800_000_002_000; now += 37)
      for (const life of [1, 999, 1_000, 1_001, 59_999]) {
        // As a server counts: from its own whole second on.
        const end = (Math.floor(now / 1000) + ttlOf(now + life, now, 5_000)) * 1000;
        expect(end).toBeGreaterThanOrEqual(now + life + 10_000);
        expect(end).toBeLessThan(now + life + 11_000);
      }
  });

  it('[AX-195] is none where the end is later than Cassandra can count', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(ttlOf(NEVER, now, 5_000)).toBe(0);
    expect(ttlOf(Date.UTC(2038, 0, 20), now, 5_000)).toBe(0);
    expect(ttlOf(Date.UTC(2038, 0, 18), now, 5_000)).toBeLessThan(630_720_000);
  });
});

describe('the order of plain writes', () => {
  it('is that of the record, in microseconds, whoever writes it when', () => {
    expect(writtenAt(1_800_000_000_000)).toBe(1_800_000_000_000_000);
    expect(writtenAt(-1)).toBeGreaterThan(0);
    expect(writtenAt(NEVER)).toBeLessThan(2 ** 63);
  });

  it('is that of their ends where rows may only live longer, and never ahead of a clock, which a cluster may refuse', () => {
    const [soon, later] = [Date.UTC(2026, 0, 1), Date.UTC(2036, 0, 1)];
    expect(orderedBy(soon)).toBeLessThan(orderedBy(later));
    expect(orderedBy(later)).toBeLessThan(orderedBy(NEVER));
    expect(orderedBy(NEVER)).toBeLessThan(writtenAt(Date.UTC(2002, 0, 1)));
    expect(orderedBy(-1)).toBeGreaterThan(0);
  });
});
