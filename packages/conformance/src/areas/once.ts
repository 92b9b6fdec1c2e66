import type { Case } from '../case.ts';

/** Contract 19: what may be used once. */
export const once: readonly Case[] = [
  {
    id: 'store-19-once',
    promise: '`once` is true the first time and again for the same attempt, false for every other until `until`.',
    proves: ['SEC-5'],
    async run(t) {
      const other = await t.sibling();
      const nonce = t.key();
      const now = t.now();
      const until = now + t.ample;
      const mine = t.attempt();
      t.same(await t.store.once('space', nonce, now, until, mine), true, 'the first time');
      t.same(await t.store.once('space', nonce, now, until, mine), true, 'the same attempt again');
      t.same(await other.once('space', nonce, now, until, mine), true, 'the same attempt, elsewhere');
      t.same(await t.store.once('space', nonce, now, until, t.attempt()), false, 'another attempt');
      t.same(await other.once('space', nonce, now + 1, until, t.attempt()), false, 'another attempt, elsewhere');
      t.same(await t.store.once('space', nonce, until - 1, until + 1, t.attempt()), false, 'a moment before the end');
      t.same(await t.store.once('space', nonce, until - 1, until, mine), true, 'the same attempt, before the end');
    },
  },
  {
    id: 'store-19-window',
    promise:
      'From `until` on a nonce is new, whatever the store still keeps; a refused use neither lengthens nor shortens the window.',
    async run(t) {
      const nonce = t.key();
      const now = t.now();
      const until = now + t.ample;
      await t.store.once('space', nonce, now, until, t.attempt());
      t.same(await t.store.once('space', nonce, now, until + t.unit, t.attempt()), false, 'a refused use, longer');
      t.same(await t.store.once('space', nonce, now, now + 1, t.attempt()), false, 'a refused use, shorter');
      t.same(await t.store.once('space', nonce, until - 1, until + 1, t.attempt()), false, 'just before the end');
      t.same(await t.store.once('space', nonce, until, until + t.unit, t.attempt()), true, 'at the end');
      t.same(await t.store.once('space', nonce, until, until + t.unit, t.attempt()), false, 'in the next window');
    },
  },
  {
    id: 'store-19-spaces',
    promise: 'A nonce of one space is unknown in every other, in one that differs in case or by a space too.',
    proves: ['SEC-5'],
    async run(t) {
      const nonce = t.key();
      const now = t.now();
      const until = now + t.ample;
      for (const space of ['jti:https://a.example', 'jti:https://A.example', 'jti:https://a.example ', 'jti', 'jti:'])
        t.same(await t.store.once(space, nonce, now, until, t.attempt()), true, `the first time in ${space}`);
      t.same(await t.store.once('jti', t.key(), now, until, t.attempt()), true, 'another nonce');
    },
  },
  {
    id: 'store-19-parallel',
    promise: 'Of 50 parallel uses of a nonce by different attempts one is true; of 50 by one attempt all are.',
    proves: ['SEC-5'],
    async run(t) {
      const instances = [t.store, await t.sibling(), await t.sibling()];
      for (let round = 0; round < t.scaled(50, 5); round++) {
        const [now, until] = [t.now(), t.now() + t.ample];
        for (const [shared, expected] of [
          [undefined, 1],
          [t.attempt(), 50],
        ] as const) {
          const nonce = t.key();
          const answers = await t.raceAll(
            Array.from({ length: 50 }, (_, index) => async (gate) => {
              await gate.pass();
              const store = instances[index % instances.length] ?? t.store;
              return store.once('space', nonce, now, until, shared ?? t.attempt());
            }),
          );
          const what = `how many of 50 uses by ${shared ? 'one attempt' : '50 attempts'} were true`;
          t.same(answers.filter(Boolean).length, expected, what);
        }
      }
    },
  },
  {
    id: 'store-19-sweep-between',
    promise: 'A sweep between two uses changes no answer.',
    async run(t) {
      const nonce = t.key();
      // A third of it is left when it is looked at for the last time: where it ends by itself, a busy machine is late.
      const until = t.now() + 30 * t.unit;
      await t.store.once('space', nonce, t.now(), until, t.attempt());
      // Before its end, however long it took until here.
      const beforeEnd = () => Math.min(t.now(), until - 1);
      await t.sweep(beforeEnd());
      t.same(await t.store.once('space', nonce, beforeEnd(), until, t.attempt()), false, 'after a sweep at once');
      await t.pass(20 * t.unit);
      const soon = beforeEnd();
      await t.sweep(soon);
      t.same(await t.store.once('space', nonce, soon, until, t.attempt()), false, 'after a sweep just before its end');
      await t.pass(until - t.now() + t.lingering);
      await t.sweep(t.now());
      const again = t.now() + t.unit;
      t.same(await t.store.once('space', nonce, t.now(), again, t.attempt()), true, 'after a sweep past its end');
    },
  },
];
