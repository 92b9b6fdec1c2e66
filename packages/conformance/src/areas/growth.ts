import type { Case } from '../case.ts';
import { newGrant, newRegister, newToken, REGISTER_KINDS } from '../fixtures/records.ts';
import { port } from '../needs.ts';
import type { Trial } from '../trial.ts';

async function rows(t: Trial): Promise<Readonly<Record<string, number>>> {
  return t.present(t.target.rowCounts, 'the port')(t.store);
}

/** Contract 24 and 67: what is over leaves no row behind, in any table. */
export const growth: readonly Case[] = [
  {
    id: 'store-24-one-row-a-family',
    promise: 'A family of 500 generations is as many rows as one of one, and its last state is found.',
    needs: [port('rowCounts')],
    async run(t) {
      const grant = newGrant(t);
      await t.store.write({ attempt: t.attempt(), add: [grant] });
      const before = await rows(t);
      for (let from = 1; from <= 500; from++) {
        const change = { kind: 'grant', key: grant.key, from, state: JSON.stringify({ v: 1, step: from }) } as const;
        t.same(await t.store.write({ attempt: t.attempt(), change }), 'written', `generation ${from}`);
      }
      t.same(await rows(t), before, 'rows per table');
      t.same((await t.store.find('grant', grant.key))?.state, '{"v":1,"step":500}', 'the last state');
    },
  },
  {
    id: 'store-67-nothing-stays',
    promise: 'When everything of every kind is over and swept, with nonces and counters, every table is as it was.',
    needs: [port('rowCounts')],
    async run(t) {
      const before = await rows(t);
      const logins = t.scaled(100_000, 200);
      // Where time passes by itself it is waited for ten times, not a thousand.
      const wait = t.target.advance ? logins / 10 : 100;
      for (let made = 0; made < logins; made += 100) {
        const now = t.now();
        const life = { expiresAt: now + t.unit, purgeAt: now + t.unit };
        const grants = Array.from({ length: 50 }, () => newGrant(t, { ...life, sessionId: t.key() }));
        await t.add([
          ...grants,
          ...grants.map(({ key }) => newToken(t, key, life)),
          ...REGISTER_KINDS.map((kind) => newRegister(t, kind, { ...life, key: t.key() })),
        ]);
        for (const [index, { key }] of grants.entries()) {
          const change = { kind: 'grant', key, from: 1, state: index % 2 === 0 ? '{"v":1}' : null } as const;
          await t.store.write({ attempt: t.attempt(), change });
        }
        await t.store.revoke({ grants: grants.slice(0, 10).map(({ key }) => key) }, now, 'test');
        await t.store.once('space', t.key(), now, now + t.unit, t.attempt());
        await t.store.count('counter', t.key(), now, t.unit, 1);
        if ((made + 100) % wait >= 100 && made + 100 < logins) continue;
        await t.pass(t.unit + t.lingering);
        await t.sweep();
      }
      t.same(await rows(t), before, 'rows per table');
    },
  },
  {
    id: 'store-67-flat-family',
    promise: 'Over 10 000 refreshes of one family, with an access token each, size is flat once the tokens are over.',
    needs: [port('rowCounts')],
    async run(t) {
      const end = t.now() + 31_557_600_000;
      const grant = newGrant(t, { expiresAt: end, purgeAt: end });
      await t.store.write({ attempt: t.attempt(), add: [grant] });
      const before = await rows(t);
      const refreshes = t.scaled(10_000, 50);
      for (let from = 1; from <= refreshes; from++) {
        const now = t.now();
        const token = newToken(t, grant.key, { expiresAt: now + t.unit, purgeAt: now + t.unit });
        const change = { kind: 'grant', key: grant.key, from, state: JSON.stringify({ v: 1, step: from }) } as const;
        await t.store.write({ attempt: t.attempt(), change, add: [token] });
        if (from % 500 !== 0 && from !== refreshes) continue;
        await t.pass(t.unit + t.lingering);
        await t.sweep();
      }
      t.same(await rows(t), before, 'rows per table');
      t.same((await t.store.find('grant', grant.key))?.version, refreshes + 1, 'the version of the family');
    },
  },
];
