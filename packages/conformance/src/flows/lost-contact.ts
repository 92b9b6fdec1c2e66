import { type Found, inFrontOf, type Key, type Kind, type Store } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { contactLost } from '../lossy.ts';
import { port, settableClock } from '../needs.ts';
import type { Trial } from '../trial.ts';
import { Browser } from './browser.ts';
import { family } from './refresh.ts';
import { type Answer, Site } from './site.ts';

/** Contract 23, and 20 as core makes it: what was unknown, overtaken or set back accuses nobody and lives once. */
export const lostContactFlows: readonly Case[] = [
  {
    id: 'flow-unknown-redemption',
    promise:
      'A redemption or refresh whose outcome was unknown is answered with tokens that live, or with 503 and accuses nobody.',
    proves: ['SEC-111'],
    async run(t) {
      const other = new Site(t, await t.sibling());
      for (const lossy of t.lossy())
        for (const firstTry of ['lost', 'applied', 'late'] as const) {
          const what = `(first try ${firstTry}, ${lossy.point})`;
          const site = new Site(t, lossy.store);
          const code = await new Browser(other).code();
          let first = await lossy.arm(firstTry);
          const redeemed = await site.redeem(code);
          await first.arrive();
          await living(t, other, redeemed, `redemption ${what}`);
          t.holds(!site.sawEvent('grant.revoked'), `nobody was accused ${what}`);

          const { refresh } = await family(other);
          first = await lossy.arm(firstTry);
          const refreshed = await site.refresh(refresh);
          await first.arrive();
          await living(t, other, refreshed, `refresh ${what}`);
          if (refreshed.status === 200)
            t.same(await other.refresh(refresh), refreshed, `the same refresh again, elsewhere ${what}`);
          t.holds(!site.sawEvent('grant.revoked'), `nobody was accused ${what}`);
        }
    },
  },
  {
    id: 'store-23-overtaken',
    promise:
      'A redemption or rotation that was unknown and then overtaken is 503 and revokes nothing: the other’s tokens live.',
    async run(t) {
      const other = new Site(t, await t.sibling());
      for (const kind of ['redemption', 'rotation'] as const) {
        const code = await new Browser(other).code();
        const { refresh } = await family(other);
        let overtaking: Promise<Answer> | undefined;
        const unlucky = new Site(
          t,
          losingOnce(t.store, () => {
            // Before the guard asks again, another node does the same.
            overtaking = kind === 'redemption' ? other.redeem(code) : other.refresh(refresh);
            return overtaking;
          }),
        );
        const answer = kind === 'redemption' ? await unlucky.redeem(code) : await unlucky.refresh(refresh);
        const won = t.present(await overtaking, `the overtaking ${kind}`);
        t.same(won.status, 200, `the overtaking ${kind}`);
        t.same(answer.status, 503, `the overtaken ${kind}`);
        t.holds(!unlucky.sawEvent('grant.revoked'), `the overtaken ${kind} accuses nobody`);
        t.same(await other.isActive(t, String(won.body['access_token']), true), true, `the winner’s token, ${kind}`);
        t.same((await other.refresh(String(won.body['refresh_token']))).status, 200, `the winner’s refresh, ${kind}`);
      }
    },
  },
  {
    id: 'store-23-set-back',
    promise:
      'A store set back to before an answered rotation makes nobody a thief: 503 and an alarm, and all is well once it has caught up.',
    async run(t) {
      const site = new Site(t);
      const { refresh, access } = await family(site);
      const before = new Map((await grants(t)).map((grant) => [grant.key, grant]));
      const next = String((await site.refresh(refresh)).body['refresh_token']);
      const behind = new Site(t, setBack(t.store, before));
      const answer = await behind.refresh(next);
      t.same(answer.status, 503, 'the newer token at a store that is behind');
      t.holds(behind.sawEvent('store.behind'), 'the alarm');
      t.holds(!behind.sawEvent('grant.revoked'), 'nobody is accused');
      t.same(await site.isActive(t, access, true), true, 'the family after that');
      t.same((await site.refresh(next)).status, 200, 'the newer token once the store has caught up');
    },
  },
  {
    id: 'flow-restart',
    promise: 'After a restart, from a snapshot too, a redeemed code and a rotated refresh token give nothing new.',
    proves: ['SEC-7'],
    needs: [port('restart'), settableClock],
    async run(t) {
      const site = new Site(t);
      const code = await new Browser(site).code();
      const { refresh } = await family(site);
      const redeemed = await site.redeem(code);
      const rotated = await site.refresh(refresh);
      const after = new Site(t, await t.restart());
      await t.pass((site.server.context.settings.refresh.graceSeconds + 1) * 1_000 + 4 * t.capabilities.clockTolerance);
      t.same((await after.redeem(code)).status, 400, 'the redeemed code');
      t.same((await after.refresh(refresh)).status, 400, 'the rotated refresh token');
      for (const { body } of [redeemed, rotated])
        t.same(await after.isActive(t, String(body['access_token']), false), false, 'the tokens of replayed families');
    },
  },
];

async function living(t: Trial, site: Site, { status, body }: Answer, what: string): Promise<void> {
  t.holds(status === 200 || status === 503, `a ${what} is answered or unavailable`, status);
  if (status !== 200) return;
  t.same(await site.isActive(t, String(body['access_token']), true), true, `the access token of a ${what}`);
}

async function grants(t: Trial) {
  return (await t.store.list('grant', { subject: 'owner-ann' }, { limit: 1_000 })).items;
}

/** The first write never arrives; what happens before it is asked again is the case's to say. */
function losingOnce(store: Store, meanwhile: () => Promise<unknown>): Store {
  let lost = false;
  return inFrontOf(store, {
    write: async (write) => {
      if (lost || !write.change) return store.write(write);
      lost = true;
      await meanwhile();
      throw contactLost();
    },
  });
}

/** Reads give the grants as they were; a write meets them as they are. */
function setBack(store: Store, before: ReadonlyMap<Key, Found<'grant'>>): Store {
  return inFrontOf(store, {
    find: async <K extends Kind>(kind: K, key: Key) =>
      (kind === 'grant' ? (before.get(key) as Found<K> | undefined) : undefined) ?? store.find(kind, key),
  });
}
