import type { ClientId, Key, Store } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { newEpoch, newGrant, newRegister, newToken } from '../fixtures/records.ts';
import type { Trial } from '../trial.ts';

const TEN_SECONDS = 10_000;

/** Raises a client's epoch as core does: added where there is none, else changed from its version. */
async function raise(t: Trial, clientId: ClientId, store: Store = t.store): Promise<void> {
  const epoch = newEpoch(t, clientId);
  const there = await store.find('client_epoch', epoch.key);
  const attempt = t.attempt();
  if (there)
    await store.write({
      attempt,
      change: {
        kind: 'client_epoch',
        key: epoch.key,
        from: there.version,
        state: JSON.stringify({ v: 1, by: attempt }),
      },
    });
  else await store.write({ attempt, add: [epoch] });
}

/** Contract 26 and 29, the part about clients: a raised epoch ends what was given before it, by no clock. */
export const clientEpoch: readonly Case[] = [
  {
    id: 'store-26-client-epoch',
    promise:
      'A raised client epoch revokes exactly the grants of that client, their tokens and its tokens without a grant: no consent, session, client or other client’s grant.',
    proves: ['SEC-12'],
    async run(t) {
      const clientId = 'client-hit';
      const grants = [newGrant(t, { clientId }), newGrant(t, { clientId, subject: 'owner-two' })];
      const tokens = grants.map(({ key, subject }) => newToken(t, key, { clientId, subject }));
      const alone = newToken(t, null, { clientId });
      const others = [
        newGrant(t, { clientId: 'client-spared' }),
        newGrant(t, { clientId: 'CLIENT-HIT' }),
        newGrant(t, { clientId: 'client-hit ' }),
        newRegister(t, 'consent', { clientId }),
        newRegister(t, 'session', { clientId }),
        newRegister(t, 'client', { clientId }),
      ];
      const spared = newToken(t, null, { clientId: 'client-spared' });
      await t.store.write({ attempt: t.attempt(), add: [...grants, ...tokens, alone, ...others, spared] });
      await raise(t, clientId);
      for (const { key } of grants) {
        const found = t.present(await t.store.find('grant', key), 'a grant of the client');
        t.same([found.revoked, found.version], ['client', 1], 'a grant of the client');
      }
      for (const { key } of [...tokens, alone]) t.same(await t.endOf(key, 'client'), 'client', 'a token of it');
      for (const { kind, key } of others) {
        const found = t.present(await t.store.find(kind, key), `a ${kind}`);
        t.same([found.revoked, found.version], [null, 1], `a ${kind} of ${found.clientId}`);
      }
      t.same(await t.endOf(spared.key, null), null, 'another client’s token');
      t.same((await t.store.find('client_epoch', newEpoch(t, clientId).key))?.revoked, null, 'the epoch itself');
      const listed = await t.store.list('grant', { client: clientId }, { limit: 10 });
      t.same(
        listed.items.map(({ revoked }) => revoked),
        ['client', 'client'],
        'the grants of the client, as they are listed',
      );
    },
  },
  {
    id: 'store-29-before-and-after',
    promise:
      'What was added before the epoch was raised is dead whatever it rotates to; what is added after it is live; each time it is raised.',
    proves: ['SEC-145'],
    async run(t) {
      const clientId = 'client-one';
      const generations: { grant: Key; alone: Key }[] = [];
      for (let raised = 0; raised < 4; raised++) {
        const grant = newGrant(t, { clientId });
        const alone = newToken(t, null, { clientId });
        await t.store.write({ attempt: t.attempt(), add: [grant, alone] });
        generations.push({ grant: grant.key, alone: alone.key });
        t.same((await t.store.find('grant', grant.key))?.revoked, null, `a grant added after ${raised} raisings`);
        t.same(await t.endOf(alone.key, null), null, `a token added after ${raised} raisings`);
        await raise(t, clientId);
        for (const old of generations) {
          t.same((await t.store.find('grant', old.grant))?.revoked, 'client', `an older grant, ${raised + 1} raisings`);
          t.same(await t.endOf(old.alone, 'client'), 'client', `an older token, ${raised + 1} raisings`);
        }
      }
      // A rotation of a dead grant may be written or outdated; it must not live.
      const key = generations[0]?.grant ?? t.key();
      const token = newToken(t, key, { clientId });
      const change = { kind: 'grant', key, from: 1, state: '{"v":1,"step":1}' } as const;
      const answer = await t.store.write({ attempt: t.attempt(), change, add: [token] });
      t.same((await t.store.find('grant', key))?.revoked, 'client', 'a dead grant after a change of it');
      if (answer === 'written') t.same(await t.endOf(token.key, 'client'), 'client', 'the token of that change');
      const late = newToken(t, key, { clientId });
      await t.store.write({ attempt: t.attempt(), add: [late] });
      t.same(await t.endOf(late.key, 'client'), 'client', 'a token that is added to a dead grant');
    },
  },
  {
    id: 'store-29-racing-addition',
    promise:
      'A grant whose addition races with a raising is live or dead, the same everywhere, and dead after the next.',
    async run(t) {
      const other = await t.sibling();
      for (let round = 0; round < t.scaled(100, 10); round++) {
        const clientId = `client-${round}`;
        const grants = Array.from({ length: 4 }, () => newGrant(t, { clientId }));
        const alone = newToken(t, null, { clientId });
        await t.raceAll([
          ...grants.map((grant, index) => async (gate: { pass(): Promise<void> }) => {
            await gate.pass();
            await (index % 2 === 0 ? t.store : other).write({ attempt: t.attempt(), add: [grant] });
          }),
          async (gate) => {
            await gate.pass();
            await t.store.write({ attempt: t.attempt(), add: [alone] });
          },
          async (gate) => {
            await gate.pass();
            await raise(t, clientId, other);
          },
        ]);
        for (const { key } of grants)
          t.same(
            (await t.store.find('grant', key))?.revoked,
            (await other.find('grant', key))?.revoked,
            'a raced grant, here and elsewhere',
          );
        await raise(t, clientId);
        for (const { key } of grants)
          t.same((await t.store.find('grant', key))?.revoked, 'client', 'a raced grant, after the next raising');
        t.same(await t.endOf(alone.key, 'client'), 'client', 'a raced token, after the next raising');
      }
    },
  },
  {
    id: 'store-29-no-clock',
    promise: 'No clock takes part: moments ten seconds before or after the raising change nothing.',
    async run(t) {
      const clientId = 'client-one';
      const now = t.now();
      const future = newGrant(t, { clientId, createdAt: now + TEN_SECONDS });
      const tokenOfFuture = newToken(t, null, { clientId, issuedAt: now + TEN_SECONDS });
      await t.store.write({ attempt: t.attempt(), add: [future, tokenOfFuture] });
      await raise(t, clientId);
      const past = newGrant(t, { clientId, createdAt: now - TEN_SECONDS });
      const tokenOfPast = newToken(t, null, { clientId, issuedAt: now - TEN_SECONDS });
      await t.store.write({ attempt: t.attempt(), add: [past, tokenOfPast] });
      t.same((await t.store.find('grant', future.key))?.revoked, 'client', 'added before, by a clock ahead');
      t.same(await t.endOf(tokenOfFuture.key, 'client'), 'client', 'a token added before, by a clock ahead');
      t.same((await t.store.find('grant', past.key))?.revoked, null, 'added after, by a clock behind');
      t.same(await t.endOf(tokenOfPast.key, null), null, 'a token added after, by a clock behind');
    },
  },
  {
    id: 'store-29-outlives-the-client',
    promise: 'An epoch counts whether its client has a register, had one, or is added again.',
    async run(t) {
      const clientId = 'client-one';
      const old = newGrant(t, { clientId });
      await t.store.write({ attempt: t.attempt(), add: [old] });
      await raise(t, clientId);
      const client = newRegister(t, 'client', { clientId });
      await t.store.write({ attempt: t.attempt(), add: [client] });
      t.same((await t.store.find('grant', old.key))?.revoked, 'client', 'an old grant, once the client is registered');
      await t.store.write({ attempt: t.attempt(), change: { kind: 'client', key: client.key, from: 1, state: null } });
      const between = newGrant(t, { clientId });
      await t.store.write({ attempt: t.attempt(), add: [between] });
      t.same((await t.store.find('grant', between.key))?.revoked, null, 'a grant, while the client is removed');
      await raise(t, clientId);
      await t.store.write({ attempt: t.attempt(), change: { kind: 'client', key: client.key, from: 2, state: '{}' } });
      t.same((await t.store.find('grant', between.key))?.revoked, 'client', 'that grant, once the client is back');
    },
  },
];
