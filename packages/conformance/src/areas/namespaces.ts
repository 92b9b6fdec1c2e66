import type { Store } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { asAdded, asIssued, CLIENT, newEpoch, newGrant, newToken, SUBJECT } from '../fixtures/records.ts';
import { port, sweeps } from '../needs.ts';
import type { Trial } from '../trial.ts';

/** Everything that can be done in one place, and whether the other heard of it. */
async function neverMeet(t: Trial, here: Store, there: Store, what: string): Promise<void> {
  const grant = newGrant(t);
  const token = newToken(t, grant.key);
  const attempt = t.attempt();
  await here.write({ attempt, add: [grant, token] });
  t.same(await there.find('grant', grant.key), undefined, `a grant of the other ${what}`);
  t.same(await there.find('access_token', token.key), undefined, `a token of the other ${what}`);
  const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
  t.same(await there.write({ attempt: t.attempt(), change }), 'outdated', `a change of the other ${what}’s grant`);
  t.same(await there.revoke({ grants: [grant.key] }, t.now(), 'test'), 0, `revoking the other ${what}’s grant`);
  t.same(await there.revoke({ token: token.key }, t.now(), 'test'), 0, `revoking the other ${what}’s token`);
  const page = { limit: 10 };
  t.same((await there.list('grant', { subject: SUBJECT }, page)).items, [], `grants of one owner in the other ${what}`);
  t.same((await there.list('grant', { client: CLIENT }, page)).items, [], `grants of one client in the other ${what}`);

  // The same keys once more: no conflict, no mixture.
  const twin = { ...grant, data: '{"v":1,"twin":true}' };
  const twinToken = { ...token, scope: ['twin'] };
  t.same(await there.write({ attempt, add: [twin, twinToken] }), 'written', `the same keys in the other ${what}`);
  await there.revoke({ grants: [grant.key] }, t.now(), 'test');
  t.same(await here.find('grant', grant.key), asAdded(grant, attempt), 'the grant, after its twin was revoked');
  t.same(await t.token(token.key, { on: here }), asIssued(token), 'the token, after its twin’s grant was revoked');
  t.same((await there.find('grant', grant.key))?.data, twin.data, 'the twin');

  await there.write({ attempt: t.attempt(), add: [newEpoch(t, CLIENT)] });
  t.same(
    (await here.find('grant', grant.key))?.revoked,
    null,
    'the grant, after its client’s epoch was raised elsewhere',
  );

  const nonce = t.key();
  const until = t.now() + t.ample;
  t.same(await here.once('space', nonce, t.now(), until, t.attempt()), true, 'a nonce');
  t.same(await there.once('space', nonce, t.now(), until, t.attempt()), true, `the same nonce in the other ${what}`);
  const counted = t.key();
  t.same(await here.count('counter', counted, t.now(), t.ample, 1), 1, 'a count');
  t.same(await there.count('counter', counted, t.now(), t.ample, 1), 1, `the same count in the other ${what}`);
  await there.clear('counter', counted);
  t.same(await here.count('counter', counted, t.now(), t.ample, 0), 1, 'the count, after the other was cleared');
}

/** Contract 32 and 52. */
export const namespaces: readonly Case[] = [
  {
    id: 'store-32-namespaces',
    promise:
      'The same keys, client, owner, nonce and counter in two namespaces never meet, also where one name begins with the other or differs in case.',
    async run(t) {
      for (const namespace of [`${t.namespace}x`, `${t.namespace}:`, t.namespace.toUpperCase(), `${t.namespace} `]) {
        const other = await t.another({ namespace });
        await neverMeet(t, t.store, other, 'namespace');
      }
    },
  },
  {
    id: 'store-32-sweep',
    promise: 'A sweep may serve every namespace, and removes of another only what is past its time there too.',
    needs: [sweeps],
    async run(t) {
      const other = await t.another({ namespace: `${t.namespace}x` });
      const life = { expiresAt: t.now(), purgeAt: t.now() };
      const grant = newGrant(t, life);
      const attempt = t.attempt();
      const [live, token] = [newGrant(t, { key: grant.key }), newToken(t, null)];
      await t.store.write({ attempt: t.attempt(), add: [grant] });
      await other.write({ attempt, add: [live, token] });
      await t.pass(t.lingering);
      await t.sweep();
      t.same(await t.store.find('grant', grant.key), undefined, 'the dead of the swept namespace');
      t.same(await other.find('grant', live.key), asAdded(live, attempt), 'what lives under the same key in the other');
      t.same(await t.token(token.key, { on: other }), asIssued(token), 'a live token of the other');
    },
  },
  {
    id: 'store-52-two-databases',
    promise: 'Two stores of one namespace on two databases never see each other’s data.',
    proves: ['SEC-114'],
    needs: [port('elsewhere')],
    async run(t) {
      const elsewhere = t.present(t.target.elsewhere, 'the port');
      const other = t.adopt(await elsewhere(t.opening()));
      await other.open();
      await neverMeet(t, t.store, other, 'database');
      const here = Array.from({ length: 50 }, () => newGrant(t));
      const there = Array.from({ length: 50 }, () => newGrant(t));
      await Promise.all(
        here.flatMap((grant, index) => [
          t.store.write({ attempt: t.attempt(), add: [grant] }),
          other.write({ attempt: t.attempt(), add: [there[index] ?? newGrant(t)] }),
        ]),
      );
      for (const { key } of here) t.same(await other.find('grant', key), undefined, 'a grant written under load');
      for (const { key } of there) t.same(await t.store.find('grant', key), undefined, 'a grant written elsewhere');
    },
  },
];
