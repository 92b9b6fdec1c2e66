import { describe, expect, it } from 'vitest';
import { ThreadSlots } from './thread-slots.ts';

describe('the places for what holds a thread', () => {
  it.each([
    [4, 3],
    [16, 15],
    [2, 1],
    [1, 1],
  ])('of %i threads are %i', (threads, count) => {
    expect(new ThreadSlots(threads).count).toBe(count);
  });

  it('are given in the order they were asked for, and never to two', async () => {
    const slots = new ThreadSlots(3);
    const got: number[] = [];
    const take = (who: number): Promise<void> => slots.take().then(() => void got.push(who));
    await Promise.all([take(1), take(2)]);
    const [third, fourth] = [take(3), take(4)];
    await Promise.resolve();
    expect([got, slots.waiting]).toEqual([[1, 2], 2]);
    slots.give();
    await third;
    expect([got, slots.waiting]).toEqual([[1, 2, 3], 1]);
    slots.give();
    await fourth;
    slots.give();
    slots.give();
    await Promise.all([take(5), take(6)]);
    expect(got).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
