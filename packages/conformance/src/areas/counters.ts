import { STORE_LIMITS } from '@gatehouse/core';
import type { Case } from '../case.ts';

/** Counts that are under way together, where the case is not about that. */
const AT_ONCE = 10;

/** Contract 69: failures are counted so that a limit holds, and only as long as they should. */
export const counters: readonly Case[] = [
  {
    id: 'store-69-places',
    promise:
      'Counting with 1 answers with the caller’s place, with 0 how many there are; counters and keys are apart; `clear` forgets.',
    async run(t) {
      const other = await t.sibling();
      const [key, another] = [t.key(), t.key()];
      const window = t.ample;
      const now = t.now();
      t.same(await t.store.count('login', key, now, window, 0), 0, 'before any failure');
      for (const place of [1, 2, 3])
        t.same(await (place === 2 ? other : t.store).count('login', key, now, window, 1), place, `failure ${place}`);
      t.same(await other.count('login', key, now, window, 0), 3, 'after three');
      t.same(await t.store.count('login', another, now, window, 1), 1, 'another key');
      t.same(await t.store.count('LOGIN', key, now, window, 1), 1, 'a counter whose name differs in case');
      await t.store.clear('login', key);
      await t.store.clear('login', t.key());
      t.same(await other.count('login', key, now, window, 0), 0, 'after clearing');
      t.same(await t.store.count('login', another, now, window, 0), 1, 'another key after clearing');
      t.same(await t.store.count('LOGIN', key, now, window, 0), 1, 'another counter after clearing');
      t.same(await t.store.count('login', key, now, window, 1), 1, 'the first failure after clearing');
    },
  },
  {
    id: 'store-69-window',
    promise:
      'A failure counts from its moment until a window later, then no more: a lock set at t holds just before t + window and is over at it.',
    async run(t) {
      const window = t.ample;
      const at = t.now();
      const lock = t.key();
      await t.store.count('lock', lock, at, window, 1);
      const beforeEnd = at + window - t.capabilities.expiryStep;
      t.same(await t.store.count('lock', lock, beforeEnd, window, 0), 1, 'just before its end');
      t.same(await t.store.count('lock', lock, at + window, window, 0), 0, 'at its end');
      t.same(await t.store.count('lock', lock, at + 2 * window, window, 0), 0, 'long after its end');
      t.same(await t.store.count('lock', lock, at + window, window, 1), 1, 'the next one, at its end');
    },
  },
  {
    id: 'store-69-no-window-longer',
    promise: 'A failure never counts longer because others followed it, and asking does not count.',
    async run(t) {
      const window = t.ample;
      const half = window / 2;
      const at = t.now();
      const key = t.key();
      await t.store.count('login', key, at, window, 1);
      t.same(await t.store.count('login', key, at + half, window, 1), 2, 'the second, half a window later');
      for (let asked = 0; asked < 3; asked++) await t.store.count('login', key, at + half, window, 0);
      const after = await t.store.count('login', key, at + window, window, 0);
      t.holds(after <= 1, 'a window after the first at most the second counts', after);
      t.same(await t.store.count('login', key, at + half + window, window, 0), 0, 'a window after the second');
      t.same(await t.store.count('login', key, at + half + window, window, 1), 1, 'the next');
    },
  },
  {
    id: 'store-69-sweep-between',
    promise: 'A sweep forgets no failure that still counts.',
    async run(t) {
      // Where it ends by itself, far enough off that a busy machine has looked before.
      const window = 40 * t.unit;
      const key = t.key();
      const at = t.now();
      await t.store.count('login', key, at, window, 1);
      await t.pass(8 * t.unit);
      const beforeEnd = at + window - t.capabilities.expiryStep;
      await t.sweep(Math.min(t.now(), beforeEnd));
      t.same(await t.store.count('login', key, beforeEnd, window, 0), 1, 'after a sweep');
    },
  },
  {
    id: 'store-69-parallel',
    promise:
      'Of 50 parallel counts never more than k are told a place up to k, for each k, callers whose clocks differ a little included.',
    async run(t) {
      const instances = [t.store, await t.sibling(), await t.sibling()];
      const skew = Math.min(t.capabilities.clockTolerance, 5_000);
      for (let round = 0; round < t.scaled(20, 3); round++) {
        const key = t.key();
        const at = t.now();
        const places = await t.raceAll(
          Array.from({ length: 50 }, (_, index) => async (gate) => {
            await gate.pass();
            const store = instances[index % instances.length] ?? t.store;
            return store.count('login', key, at + ((index % 3) - 1) * skew, t.ample, 1);
          }),
        );
        for (let k = 1; k <= 50; k++) {
          const within = places.filter((place) => place <= k).length;
          if (!t.holds(within <= k, `at most ${k} of 50 are told a place up to ${k}`, within)) return;
        }
      }
    },
  },
  {
    id: 'store-69-limit',
    promise: `Counts are exact up to ${STORE_LIMITS.failures}, the highest limit there is, and above it where more are counted; \`clear\` forgets those too.`,
    async run(t) {
      const most = STORE_LIMITS.failures;
      const key = t.key();
      const at = t.now();
      const window = t.ample;
      const one = (): Promise<number> => t.store.count('login', key, at, window, 1);
      for (let counted = 0; counted < most - 1; counted += AT_ONCE)
        await Promise.all(Array.from({ length: Math.min(AT_ONCE, most - 1 - counted) }, one));
      t.same(await t.store.count('login', key, at, window, 0), most - 1, 'one below the limit');
      t.same(await one(), most, 'the one that reaches the limit');
      t.same(await t.store.count('login', key, at, window, 0), most, 'at the limit');
      const beyond = await one();
      t.holds(beyond > most, 'the place of the next is above the limit', beyond);
      // More than one beyond it: who clears what is counted must clear what is not.
      await Promise.all(Array.from({ length: AT_ONCE }, one));
      const after = await t.store.count('login', key, at, window, 0);
      t.holds(after > most, 'so are all who are counted', after);
      await t.store.clear('login', key);
      t.same(await t.store.count('login', key, at, window, 0), 0, 'after clearing');
    },
  },
];
