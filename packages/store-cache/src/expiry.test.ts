import { describe, expect, it } from 'vitest';
import { Expiry } from './expiry.ts';

/** Repeatable, so that a failure is. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % sides;
  };
}

describe('which slot is due first', () => {
  it.each([1, 2, 3, 4])('agrees with a sorted list over 5 000 random steps (seed %d)', (seed) => {
    const roll = dice(seed);
    const expiry = new Expiry();
    const model = new Map<number, number>();
    const wrong: string[] = [];
    const anySlot = (): number => [...model.keys()][roll(model.size)] as number;
    for (let step = 0; step < 5_000; step++) {
      const action = roll(8);
      if (model.size === 0 || (action < 4 && model.size < 200)) {
        const deadline = roll(1_000);
        const slot = expiry.take(deadline);
        if (model.has(slot)) wrong.push(`step ${step}: slot ${slot} twice`);
        model.set(slot, deadline);
      } else if (action < 6) {
        const slot = anySlot();
        expiry.release(slot);
        model.delete(slot);
      } else {
        const slot = anySlot();
        const deadline = roll(1_000);
        expiry.move(slot, deadline);
        model.set(slot, deadline);
      }
      const first = expiry.first();
      const right = model.size === 0 ? first === -1 : model.get(first) === Math.min(...model.values());
      if (!right || expiry.size !== model.size) wrong.push(`step ${step}: first ${first} of ${expiry.size}`);
    }
    expect(wrong).toEqual([]);
  });

  it('is due at its deadline, not a millisecond before', () => {
    const expiry = new Expiry();
    const slot = expiry.take(100);
    expect(expiry.due(99)).toBe(-1);
    expect(expiry.due(100)).toBe(slot);
  });

  it('uses slots again, so that a column is as long as the most there ever were', () => {
    const expiry = new Expiry();
    for (let round = 0; round < 100; round++) {
      const slots = Array.from({ length: 60 }, () => expiry.take(round));
      for (const slot of slots) expiry.release(slot);
    }
    expect(expiry.capacity).toBe(64);
  });
});
