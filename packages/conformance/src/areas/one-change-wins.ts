import type { Case } from '../case.ts';
import { asAdded, newGrant, newRegister, newToken, REGISTER_KINDS } from '../fixtures/records.ts';
import { port } from '../needs.ts';

/** Contract 14–18, 53 and 66: of many who would change a register from one version, one does. */
export const oneChangeWins: readonly Case[] = [
  {
    id: 'store-14-written',
    promise:
      'A change from the present version is written: new state, one version more, this attempt, and nothing else.',
    async run(t) {
      for (const kind of REGISTER_KINDS) {
        const register = newRegister(t, kind);
        await t.store.write({ attempt: t.attempt(), add: [register] });
        const [first, second] = [t.attempt(), t.attempt()];
        const change = { kind, key: register.key, from: 1, state: '{"v":1,"step":1}' };
        t.same(await t.store.write({ attempt: first, change }), 'written', `a change of a ${kind}`);
        const changed = { ...asAdded(register, first), version: 2, state: change.state };
        t.same(await t.store.find(kind, register.key), changed, `the ${kind}, changed`);
        const empty = { kind, key: register.key, from: 2, state: null };
        t.same(await t.store.write({ attempt: second, change: empty }), 'written', `emptying a ${kind}`);
        const emptied = { ...asAdded(register, second), version: 3, state: null };
        t.same(await t.store.find(kind, register.key), emptied, `the ${kind}, emptied`);
      }
    },
  },
  {
    id: 'store-14-outdated',
    promise:
      'A change of a register that is missing, of another kind, at another version or revoked is outdated, and changes nothing.',
    proves: ['SEC-6'],
    async run(t) {
      const grant = newGrant(t);
      const revoked = newGrant(t);
      const attempt = t.attempt();
      await t.store.write({ attempt, add: [grant, revoked] });
      await t.store.revoke({ grants: [revoked.key] }, t.now(), 'test');
      const before = await t.store.find('grant', revoked.key);
      const state = '{"v":1,"step":9}';
      const missing = t.key();
      for (const [what, change] of [
        ['a missing register', { kind: 'grant', key: missing, from: 1, state }],
        ['another kind', { kind: 'session', key: grant.key, from: 1, state }],
        ['a newer version', { kind: 'grant', key: grant.key, from: 2, state }],
        ['a revoked grant, from before', { kind: 'grant', key: revoked.key, from: 1, state }],
        ['a revoked grant, from its present version', { kind: 'grant', key: revoked.key, from: 2, state }],
        ['a revoked grant, emptied', { kind: 'grant', key: revoked.key, from: 2, state: null }],
      ] as const) {
        const token = newToken(t, grant.key);
        t.same(await t.store.write({ attempt: t.attempt(), change, add: [token] }), 'outdated', `a change of ${what}`);
        await t.settle();
        if (t.atomic) t.same(await t.store.find('access_token', token.key), undefined, `what came with ${what}`);
      }
      t.same(await t.store.find('grant', missing), undefined, 'the missing register, after a change of it');
      t.same(await t.store.find('session', grant.key), undefined, 'the register of another kind');
      t.same(await t.store.find('grant', grant.key), asAdded(grant, attempt), 'the grant that was not changed');
      t.same(await t.store.find('grant', revoked.key), before, 'the revoked grant');
    },
  },
  {
    id: 'store-15-one-change-wins',
    promise:
      'Of 50 parallel changes from one version, over several instances, exactly one is written and its state is there whole.',
    proves: ['SEC-1', 'SEC-2', 'SEC-3', 'SEC-4'],
    async run(t) {
      const instances = [t.store, await t.sibling(), await t.sibling(), await t.sibling()];
      for (let round = 0; round < t.scaled(200, 5); round++) {
        const grant = newGrant(t);
        await t.store.write({ attempt: t.attempt(), add: [grant] });
        const racers = Array.from({ length: 50 }, (_, index) => ({
          attempt: t.attempt(),
          state: JSON.stringify({ v: 1, winner: index, fill: String(index).repeat(200) }),
          store: instances[index % instances.length] ?? t.store,
        }));
        const answers = await t.raceAll(
          racers.map(({ attempt, state, store }) => async (gate) => {
            await gate.pass();
            return store.write({ attempt, change: { kind: 'grant', key: grant.key, from: 1, state } });
          }),
        );
        const winners = racers.filter((_, index) => answers[index] === 'written');
        if (!t.same(winners.length, 1, 'how many of 50 changes from one version were written')) return;
        const found = t.present(await t.store.find('grant', grant.key), 'the grant they changed');
        t.same(
          { state: found.state, attempt: found.attempt, version: found.version },
          { state: winners[0]?.state, attempt: winners[0]?.attempt, version: 2 },
          'what the winner left',
        );
      }
    },
  },
  {
    id: 'store-16-losers-add-nothing',
    promise:
      'What comes with an outdated change is not found; where additions are ordered nobody was answered with it, and it dies by its end.',
    proves: ['SEC-2', 'SEC-111'],
    async run(t) {
      const instances = [t.store, await t.sibling()];
      const grant = newGrant(t);
      await t.store.write({ attempt: t.attempt(), add: [grant] });
      const now = t.now();
      // Long enough for the race, and for what is eventual to be seen.
      const length = 20 * t.unit + t.capabilities.visibility.boundMs;
      const life = { expiresAt: now + length, purgeAt: now + length };
      const racers = Array.from({ length: 50 }, (_, index) => ({
        token: newToken(t, grant.key, life),
        store: instances[index % instances.length] ?? t.store,
      }));
      const answers = await t.raceAll(
        racers.map(({ token, store }) => async (gate) => {
          await gate.pass();
          const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
          return store.write({ attempt: t.attempt(), change, add: [token] });
        }),
      );
      await t.settle();
      for (const [index, { token }] of racers.entries()) {
        const found = await t.store.find('access_token', token.key);
        if (answers[index] === 'written') t.holds(found !== undefined, 'the token of the winner is there');
        else if (t.atomic) t.same(found, undefined, 'the token of a loser');
      }
      if (t.atomic) return;
      await t.pass(life.purgeAt - t.now() + t.lingering);
      await t.sweep();
      for (const { token } of racers) t.same(await t.store.find('access_token', token.key), undefined, 'after its end');
    },
  },
  {
    id: 'store-17-failed-change',
    promise: 'A change that fails at any point leaves version and state as they were, and (where atomic) no addition.',
    needs: [port('faults')],
    async run(t) {
      for (const lossy of t.lossy()) {
        const grant = newGrant(t);
        const attempt = t.attempt();
        await t.store.write({ attempt, add: [grant] });
        const token = newToken(t, grant.key);
        await lossy.arm('lost');
        const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
        await t.refused(
          () => lossy.store.write({ attempt: t.attempt(), change, add: [token] }),
          ['unknown_outcome', 'unavailable', 'timeout'],
          `a write lost ${lossy.point}`,
        );
        t.same(await t.store.find('grant', grant.key), asAdded(grant, attempt), `the grant, lost ${lossy.point}`);
        await t.settle();
        if (t.atomic) t.same(await t.store.find('access_token', token.key), undefined, `its token, ${lossy.point}`);
      }
    },
  },
  {
    id: 'store-18-change-and-sweep',
    promise:
      'A change that races with the sweep at the end of a record is written and kept, or outdated: never an error, never both.',
    async run(t) {
      const sweeper = await t.sibling();
      const count = 40;
      const purgeAt = t.now() + t.unit;
      const grants = Array.from({ length: count }, () => newGrant(t, { expiresAt: purgeAt, purgeAt }));
      await t.store.write({ attempt: t.attempt(), add: grants });
      await t.pass(t.unit + t.lingering);
      const at = t.now();
      const end = at + 3_600_000;
      const sweep = async (gate: { pass(): Promise<void> }): Promise<'swept'> => {
        await gate.pass();
        await sweeper.sweep({ at, batch: 7, budgetMs: 5_000 });
        return 'swept';
      };
      const answers = await t.raceAll<'written' | 'outdated' | 'swept'>([
        ...grants.map(({ key }, index) => async (gate: { pass(): Promise<void> }) => {
          await gate.pass();
          for (let turn = 0; turn < index % 5; turn++) await Promise.resolve();
          const change = {
            kind: 'grant',
            key,
            from: 1,
            state: '{"v":1,"step":1}',
            expiresAt: end,
            purgeAt: end,
          } as const;
          return t.store.write({ attempt: t.attempt(), change });
        }),
        sweep,
      ]);
      for (const [index, { key }] of grants.entries()) {
        const found = await t.store.find('grant', key);
        if (answers[index] === 'written')
          t.same([found?.version, found?.purgeAt], [2, end], 'a grant whose change beside the sweep was written');
        else t.same(found, undefined, 'a grant whose change beside the sweep was outdated');
      }
    },
  },
  {
    id: 'store-53-no-second-change',
    promise:
      'A second change from the same version, one after the other, is never written, over another connection neither.',
    proves: ['SEC-6'],
    async run(t) {
      const other = await t.sibling();
      const grant = newGrant(t);
      await t.store.write({ attempt: t.attempt(), add: [grant] });
      const change = (step: number) =>
        ({ kind: 'grant', key: grant.key, from: 1, state: JSON.stringify({ v: 1, step }) }) as const;
      t.same(await t.store.write({ attempt: t.attempt(), change: change(1) }), 'written', 'the first change');
      t.same(await t.store.write({ attempt: t.attempt(), change: change(2) }), 'outdated', 'the second');
      t.same(await other.write({ attempt: t.attempt(), change: change(3) }), 'outdated', 'the third, elsewhere');
      const fresh = await t.sibling();
      t.same(await fresh.write({ attempt: t.attempt(), change: change(4) }), 'outdated', 'the fourth, newly connected');
      t.same((await t.store.find('grant', grant.key))?.state, '{"v":1,"step":1}', 'the state after all');
      // The same content too: "no row was altered" is how some engines say "outdated", and others "equal".
      t.same(
        await t.store.write({ attempt: t.attempt(), change: change(1) }),
        'outdated',
        'the first one’s content again',
      );
    },
  },
  {
    id: 'store-66-winner-dies',
    promise:
      'When the winner’s process dies after its change, its attempt can still be read, and nobody else is told `written`.',
    needs: [port('kill')],
    async run(t) {
      const kill = t.present(t.target.kill, 'the port');
      for (let round = 0; round < t.scaled(20, 3); round++) {
        const grant = newGrant(t);
        await t.store.write({ attempt: t.attempt(), add: [grant] });
        const doomed = await t.sibling();
        const attempts = [t.attempt(), t.attempt()];
        const change = (step: number) =>
          ({ kind: 'grant', key: grant.key, from: 1, state: JSON.stringify({ v: 1, step }) }) as const;
        const first = doomed.write({ attempt: attempts[0] ?? '', change: change(0) }).catch(() => 'lost' as const);
        await kill(doomed);
        const second = await t.store.write({ attempt: attempts[1] ?? '', change: change(1) });
        const answers = [await first, second];
        const found = t.present(await t.store.find('grant', grant.key), 'the grant both would change');
        const winner = attempts.indexOf(found.attempt);
        t.holds(winner >= 0, 'the attempt that is found is one of the two', found.attempt);
        t.holds(answers[1 - winner] !== 'written', 'the one whose attempt is not found was not told `written`');
        t.same(found.state, JSON.stringify({ v: 1, step: winner }), 'the state of that attempt');
      }
    },
  },
];
