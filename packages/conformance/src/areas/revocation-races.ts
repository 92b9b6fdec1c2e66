import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientId, Store, Written } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { newEpoch, newGrant, newToken } from '../fixtures/records.ts';
import { port } from '../needs.ts';
import type { Trial } from '../trial.ts';

/** Milliseconds by which a racer that has passed the gate may hang back. */
const JITTER = 2;
/** Milliseconds after which a call that meets a lock is waiting for it. */
const QUEUED = 100;

type Ending = 'grant' | 'client';

/** One grant with a token, and the three things that race for it. */
async function contest(t: Trial, ending: Ending, store: Store, other: Store) {
  const clientId: ClientId = `client-${t.attempt()}`;
  const grant = newGrant(t, { clientId });
  const before = newToken(t, grant.key, { clientId });
  const given = newToken(t, grant.key, { clientId });
  const epoch = newEpoch(t, clientId);
  await store.write({ attempt: t.attempt(), add: [grant, before] });
  return {
    grant,
    rotate: (): Promise<Written> =>
      store.write({
        attempt: t.attempt(),
        change: { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' },
        add: [given],
      }),
    revoke: async (): Promise<void> => {
      if (ending === 'grant') await other.revoke({ grants: [grant.key] }, t.now(), 'test');
      else await other.write({ attempt: t.attempt(), add: [epoch] });
    },
    /** Afterwards: no live token and no usable register, whoever came first. */
    async judge(order: string): Promise<void> {
      const what = `(${ending} ended; ${order})`;
      for (const from of [store, other]) {
        const found = t.present(await from.find('grant', grant.key), `the grant ${what}`);
        t.holds(found.revoked !== null, `the grant is revoked ${what}`, found.revoked);
        for (const { key } of [before, given]) {
          t.holds((await t.endOf(key, 'whatever', from)) !== null, `no token of it lives ${what}`);
        }
      }
      const { version } = t.present(await store.find('grant', grant.key), `the grant ${what}`);
      const late = newToken(t, grant.key, { clientId });
      const change = { kind: 'grant', key: grant.key, from: version, state: '{"v":1,"step":2}' } as const;
      const answer = await store.write({ attempt: t.attempt(), change, add: [late] });
      if (ending === 'grant') t.same(answer, 'outdated', `a change after all ${what}`);
      t.holds((await t.endOf(late.key, 'whatever')) !== null, `a token of a later change does not live ${what}`);
    },
  };
}

/** Contract 28: a change that races with the end of its grant or client leaves nothing alive, in any order. */
export const revocationRaces: readonly Case[] = (['grant', 'client'] as const).flatMap((ending): Case[] => [
  {
    id: `store-28-${ending}-in-turn`,
    promise: `A change before or after its ${ending} is revoked leaves no live token and no usable register.`,
    proves: ['SEC-145'],
    async run(t) {
      const other = await t.sibling();
      const first = await contest(t, ending, t.store, other);
      t.same(await first.rotate(), 'written', 'a change before the revocation');
      await first.revoke();
      await first.judge('the change first');
      const second = await contest(t, ending, t.store, other);
      await second.revoke();
      const answer = await second.rotate();
      if (ending === 'grant') t.same(answer, 'outdated', 'a change after the revocation');
      await second.judge('the revocation first');
    },
  },
  {
    id: `store-28-${ending}-racing`,
    promise: `A change that races with the revocation of its ${ending}, 200 times with random delays, leaves no live token and no usable register.`,
    proves: ['SEC-110', 'SEC-145'],
    async run(t) {
      const other = await t.sibling();
      for (let round = 0; round < t.scaled(200, 8); round++) {
        const racing = await contest(t, ending, t.store, other);
        await t.raceAll(
          [racing.rotate, racing.revoke].map((call) => async (gate) => {
            await gate.pass();
            // Half of the rounds start together, which no timer does.
            if (round % 2 === 1) await sleep(Math.random() * JITTER);
            await call();
          }),
        );
        await racing.judge(`racing, round ${round}`);
      }
    },
  },
  {
    id: `store-28-${ending}-forced-orders`,
    promise: `A change and the revocation of its ${ending} that queue behind a lock, in either order, leave no live token and no usable register.`,
    proves: ['SEC-110', 'SEC-145'],
    needs: [port('hold')],
    async run(t) {
      const hold = t.present(t.target.hold, 'the port');
      const other = await t.sibling();
      for (const order of ['rotate', 'revoke'] as const) {
        const racing = await contest(t, ending, t.store, other);
        const lock = await hold(t.opening(), 'grant', racing.grant.key);
        const first = racing[order]();
        await sleep(QUEUED);
        const second = racing[order === 'rotate' ? 'revoke' : 'rotate']();
        // Whoever is sent away while it queues says so below, where somebody listens.
        const both = Promise.all([first, second]);
        both.catch(() => undefined);
        await sleep(QUEUED);
        await lock.release();
        await both;
        await racing.judge(`${order} queued first`);
      }
    },
  },
]);
