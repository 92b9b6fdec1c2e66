import type { Case } from '../case.ts';
import { asAdded, newGrant, newRegister, REGISTER_KINDS } from '../fixtures/records.ts';

/** Contract 42 and 65: what is there stands in the way, and what was removed stays removed. */
export const inTheWay: readonly Case[] = [
  {
    id: 'store-42-stale-and-emptied',
    promise:
      'A stale change is outdated and the newer content stands; what is emptied is in the way of an addition and is filled only by a change from its version.',
    async run(t) {
      for (const kind of REGISTER_KINDS) {
        const register = newRegister(t, kind);
        const { key } = register;
        await t.store.write({ attempt: t.attempt(), add: [register] });
        await t.store.write({ attempt: t.attempt(), change: { kind, key, from: 1, state: '{"v":1,"new":1}' } });
        const stale = { kind, key, from: 1, state: '{"v":1,"stale":1}' };
        t.same(await t.store.write({ attempt: t.attempt(), change: stale }), 'outdated', `a stale change of a ${kind}`);
        t.same((await t.store.find(kind, key))?.state, '{"v":1,"new":1}', `the newer content of a ${kind}`);

        await t.store.write({ attempt: t.attempt(), change: { kind, key, from: 2, state: null } });
        const late = { ...stale, from: 2 };
        t.same(await t.store.write({ attempt: t.attempt(), change: late }), 'outdated', `a late change of a ${kind}`);
        const again = { ...register, state: '{"v":1,"again":1}' };
        await t.refused(
          () => t.store.write({ attempt: t.attempt(), add: [again] }),
          'conflict',
          `adding a ${kind} that was emptied`,
        );
        const found = t.present(await t.store.find(kind, key), `the emptied ${kind}`);
        t.same([found.state, found.version], [null, 3], `the emptied ${kind}`);
        const fill = { kind, key, from: 3, state: '{"v":1,"filled":1}' };
        t.same(await t.store.write({ attempt: t.attempt(), change: fill }), 'written', `filling a ${kind} again`);
        t.same((await t.store.find(kind, key))?.state, fill.state, `the ${kind}, filled again`);
      }
    },
  },
  {
    id: 'store-42-removed-stays-removed',
    promise: 'A change of what was removed meanwhile is outdated and does not bring it back.',
    async run(t) {
      const now = t.now();
      const grant = newGrant(t, { expiresAt: now + t.unit, purgeAt: now + t.unit });
      await t.store.write({ attempt: t.attempt(), add: [grant] });
      await t.pass(t.unit + t.lingering);
      await t.sweep();
      const end = t.now() + 3_600_000;
      const change = { kind: 'grant', key: grant.key, from: 1, state: '{}', expiresAt: end, purgeAt: end } as const;
      t.same(await t.store.write({ attempt: t.attempt(), change }), 'outdated', 'a change of what is gone');
      t.same(await t.store.find('grant', grant.key), undefined, 'what is gone, after the change');
      const page = await t.store.list('grant', { subject: grant.subject ?? '' }, { limit: 10 });
      t.same(page.items, [], 'grants listed after the change');
    },
  },
  {
    id: 'store-65-one-addition-wins',
    promise:
      'Of 50 different additions racing for one key exactly one is written, and it is there whole; the others conflict.',
    proves: ['SEC-119'],
    async run(t) {
      const instances = [t.store, await t.sibling()];
      for (const kind of REGISTER_KINDS) {
        const key = t.key();
        const racers = Array.from({ length: 50 }, (_, index) => ({
          attempt: t.attempt(),
          register: newRegister(t, kind, { key, data: JSON.stringify({ v: 1, by: index }) }),
          store: instances[index % instances.length] ?? t.store,
        }));
        const results = await t.race(
          racers.map(({ attempt, register, store }) => async (gate) => {
            await gate.pass();
            return store.write({ attempt, add: [register] });
          }),
        );
        const winners = racers.filter((_, index) => results[index]?.status === 'fulfilled');
        if (!t.same(winners.length, 1, `how many of 50 additions of one ${kind} were written`)) continue;
        for (const result of results)
          if (result.status === 'rejected')
            await t.refused(() => Promise.reject(result.reason), 'conflict', `a loser’s ${kind}`);
        const [winner] = winners;
        if (winner)
          t.same(await t.store.find(kind, key), asAdded(winner.register, winner.attempt), `the ${kind} of the winner`);
      }
    },
  },
];
