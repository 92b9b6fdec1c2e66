import type { Instant, Store, Write } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { asIssued, newEpoch, newGrant, newRegister, newToken, REGISTER_KINDS } from '../fixtures/records.ts';
import { port } from '../needs.ts';
import type { Fault } from '../ports.ts';
import type { Trial } from '../trial.ts';

const FIRST_TRIES: readonly Fault['firstTry'][] = ['lost', 'applied', 'late'];
const REPETITIONS = 10;

/** As the guard in core does it: the identical call, until there is an answer. */
async function untilKnown<T>(t: Trial, call: () => Promise<T>): Promise<T> {
  for (let repeated = 0; repeated < REPETITIONS; repeated++) {
    try {
      return await call();
    } catch (error) {
      const kinds = ['unknown_outcome', 'unavailable', 'timeout'] as const;
      await t.refused(() => Promise.reject(error), kinds, 'what a caller hears whose contact was lost');
    }
  }
  return t.present<T>(undefined, `an answer within ${REPETITIONS} repetitions`);
}

/** Contract 20, 54 and 64: after an unknown outcome the identical call tells the truth, whenever the first try arrives. */
export const unknownOutcomes: readonly Case[] = [
  {
    id: 'store-20-repeated-change',
    promise:
      'A change with additions whose outcome was unknown is, repeated, applied once, wherever and whenever contact was lost.',
    proves: ['SEC-111'],
    async run(t) {
      for (const lossy of t.lossy())
        for (const firstTry of FIRST_TRIES) {
          const what = `(first try ${firstTry}, ${lossy.point})`;
          const grant = newGrant(t);
          await t.store.write({ attempt: t.attempt(), add: [grant] });
          const token = newToken(t, grant.key);
          const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
          const write: Write = { attempt: t.attempt(), change, add: [token] };
          const first = await lossy.arm(firstTry);
          t.same(await untilKnown(t, () => lossy.store.write(write)), 'written', `the change ${what}`);
          const seen = async (): Promise<unknown> => {
            const found = t.present(await t.store.find('grant', grant.key), `the grant ${what}`);
            return [found.version, found.attempt, found.state, found.revoked];
          };
          const expected = [2, write.attempt, change.state, null];
          t.same(await seen(), expected, `the grant ${what}`);
          t.same(await t.token(token.key), asIssued(token), `its token ${what}`);
          await first.arrive();
          t.same(await seen(), expected, `the grant after the first try arrived ${what}`);
          t.same(await t.token(token.key), asIssued(token), `its token after the first try arrived ${what}`);
        }
    },
  },
  {
    id: 'store-20-repeated-addition',
    promise: 'Additions alone whose outcome was unknown are, repeated, there once.',
    async run(t) {
      for (const lossy of t.lossy())
        for (const firstTry of FIRST_TRIES) {
          const what = `(first try ${firstTry}, ${lossy.point})`;
          const grant = newGrant(t);
          const tokens = [newToken(t, grant.key), newToken(t, null)];
          const write: Write = { attempt: t.attempt(), add: [grant, ...tokens] };
          const first = await lossy.arm(firstTry);
          t.same(await untilKnown(t, () => lossy.store.write(write)), 'written', `the additions ${what}`);
          await first.arrive();
          const found = t.present(await t.store.find('grant', grant.key), `the grant ${what}`);
          t.same([found.version, found.attempt, found.revoked], [1, write.attempt, null], `the grant ${what}`);
          for (const token of tokens) t.same(await t.token(token.key), asIssued(token), `a token ${what}`);
        }
    },
  },
  {
    id: 'store-20-repeated-revocation',
    promise: 'A revocation whose outcome was unknown is, repeated, done once: one moment, one version more.',
    async run(t) {
      for (const lossy of t.lossy())
        for (const firstTry of FIRST_TRIES) {
          const what = `(first try ${firstTry}, ${lossy.point})`;
          const grant = newGrant(t);
          const token = newToken(t, grant.key);
          const alone = newToken(t, null);
          await t.store.write({ attempt: t.attempt(), add: [grant, token, alone] });
          const at = t.now();
          const first = await lossy.arm(firstTry);
          await untilKnown(t, () => lossy.store.revoke({ grants: [grant.key] }, at, 'test'));
          const second = await lossy.arm(firstTry);
          await untilKnown(t, () => lossy.store.revoke({ token: alone.key }, at, 'test'));
          await first.arrive();
          await second.arrive();
          const found = t.present(await t.store.find('grant', grant.key), `the grant ${what}`);
          t.same([found.version, found.revoked], [2, { at, reason: 'test' }], `the grant ${what}`);
          t.same(await t.endOf(token.key, 'grant'), 'grant', `its token ${what}`);
          t.same(await t.endOf(alone.key, 'token'), 'token', `the token alone ${what}`);
        }
    },
  },
  {
    id: 'store-20-repeated-nonce',
    promise:
      'A nonce whose first use had an unknown outcome is, asked again by the same attempt, true; by another, false.',
    async run(t) {
      for (const lossy of t.lossy().filter(({ store }) => store !== t.store))
        for (const firstTry of FIRST_TRIES) {
          const nonce = t.key();
          const attempt = t.attempt();
          const until = t.now() + t.ample;
          const once = (store: Store, by: string): Promise<boolean> => store.once('space', nonce, t.now(), until, by);
          const first = await lossy.arm(firstTry);
          t.same(await untilKnown(t, () => once(lossy.store, attempt)), true, `asked again (first try ${firstTry})`);
          t.same(await once(t.store, t.attempt()), false, `asked by another (first try ${firstTry})`);
          await first.arrive();
          t.same(await once(t.store, attempt), true, `asked once more (first try ${firstTry})`);
          t.same(await once(t.store, t.attempt()), false, `asked by another, later (first try ${firstTry})`);
        }
    },
  },
  {
    id: 'store-54-late-change',
    promise:
      'A change that arrives after its repetition was answered and what it made was changed, emptied or revoked finds nothing to do; each kind.',
    async run(t) {
      for (const kind of REGISTER_KINDS)
        for (const [fate, meanwhile] of Object.entries(FATES)) {
          if (fate === 'revoked' && kind !== 'grant') continue;
          for (const lossy of t.lossy()) {
            const what = `a ${kind} that was ${fate} meanwhile (${lossy.point})`;
            const register = newRegister(t, kind, { key: t.key() });
            const { key } = register;
            await t.store.write({ attempt: t.attempt(), add: [register] });
            const write = { attempt: t.attempt(), change: { kind, key, from: 1, state: '{"v":1,"late":1}' } };
            const first = await lossy.arm('late');
            t.same(await untilKnown(t, () => lossy.store.write(write)), 'written', `a change of ${what}`);
            await meanwhile(t, { kind, key, from: 2 });
            const settled = await t.store.find(kind, key);
            await first.arrive();
            t.same(await t.store.find(kind, key), settled, `${what}, after the late change`);
          }
        }
    },
  },
  {
    id: 'store-54-late-addition',
    promise:
      'An addition that arrives after its repetition was answered and what it made was changed, emptied or revoked finds its key.',
    async run(t) {
      for (const kind of REGISTER_KINDS)
        for (const [fate, meanwhile] of Object.entries(FATES)) {
          if (fate === 'revoked' && kind !== 'grant') continue;
          for (const lossy of t.lossy()) {
            const what = `a ${kind} that was ${fate} meanwhile (${lossy.point})`;
            const register = newRegister(t, kind, { key: t.key() });
            const { key } = register;
            const write = { attempt: t.attempt(), add: [register] };
            const first = await lossy.arm('late');
            t.same(await untilKnown(t, () => lossy.store.write(write)), 'written', `adding ${what}`);
            await meanwhile(t, { kind, key, from: 1 });
            const settled = await t.store.find(kind, key);
            await first.arrive();
            t.same(await t.store.find(kind, key), settled, `${what}, after the late addition`);
          }
        }
      for (const lossy of t.lossy()) {
        const token = newToken(t, null);
        const first = await lossy.arm('late');
        await untilKnown(t, () => lossy.store.write({ attempt: t.attempt(), add: [token] }));
        await t.store.revoke({ token: token.key }, t.now(), 'test');
        await first.arrive();
        t.same(await t.endOf(token.key, 'token'), 'token', `a revoked token after its late addition (${lossy.point})`);
      }
    },
  },
  {
    id: 'store-54-late-revocation',
    promise: 'A revocation that arrives late ends what it names and nothing that was given meanwhile.',
    async run(t) {
      for (const lossy of t.lossy()) {
        const named = newGrant(t);
        const later = newGrant(t);
        await t.store.write({ attempt: t.attempt(), add: [named] });
        const at: Instant = t.now();
        const first = await lossy.arm('late');
        await untilKnown(t, () => lossy.store.revoke({ grants: [named.key] }, at, 'test'));
        await t.store.write({ attempt: t.attempt(), add: [later] });
        const settled = await t.store.find('grant', named.key);
        await first.arrive();
        t.same(await t.store.find('grant', named.key), settled, `the grant it names (${lossy.point})`);
        t.same((await t.store.find('grant', later.key))?.revoked, null, `the grant given meanwhile (${lossy.point})`);
      }
    },
  },
  {
    id: 'store-29-late-epoch',
    promise:
      'A raising of a client’s epoch that arrives after its repetition was answered kills nothing newer; one that was given up ends what is there when it arrives.',
    async run(t) {
      for (const lossy of t.lossy()) {
        const clientId = `client-${t.attempt()}`;
        const epoch = newEpoch(t, clientId);
        const change = { kind: 'client_epoch', key: epoch.key, from: 1, state: '{"v":1,"raised":1}' } as const;
        for (const raise of [
          { attempt: t.attempt(), add: [epoch] },
          { attempt: t.attempt(), change },
        ] satisfies Write[]) {
          const first = await lossy.arm('late');
          t.same(await untilKnown(t, () => lossy.store.write(raise)), 'written', `raising (${lossy.point})`);
          const newer = newGrant(t, { clientId });
          await t.store.write({ attempt: t.attempt(), add: [newer] });
          await first.arrive();
          t.same((await t.store.find('grant', newer.key))?.revoked, null, `a grant given after it (${lossy.point})`);
        }
        const there = newGrant(t, { clientId });
        await t.store.write({ attempt: t.attempt(), add: [there] });
        const first = await lossy.arm('late');
        const giveUp = { attempt: t.attempt(), change: { ...change, from: 2 } };
        await t.refused(
          () => lossy.store.write(giveUp),
          ['unknown_outcome', 'unavailable', 'timeout'],
          `a raising that is given up (${lossy.point})`,
        );
        await first.arrive();
        t.same((await t.store.find('grant', there.key))?.revoked, 'client', `what was there (${lossy.point})`);
      }
    },
  },
  {
    id: 'store-64-own-retry',
    promise:
      'A conditional write that was applied and that the driver sent again by itself is the truth of its owner, not "outdated".',
    needs: [port('faults')],
    async run(t) {
      for (const lossy of t.lossy()) {
        const grant = newGrant(t);
        await t.store.write({ attempt: t.attempt(), add: [grant] });
        const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
        const write = { attempt: t.attempt(), change };
        await lossy.arm('applied');
        // Whether driver, store or caller repeats it: whoever does must hear that it was this write.
        t.same(await untilKnown(t, () => lossy.store.write(write)), 'written', `its owner, ${lossy.point}`);
        t.same(await t.store.write({ attempt: t.attempt(), change }), 'outdated', `anybody else, ${lossy.point}`);
      }
    },
  },
];

type Fate = (
  t: Trial,
  what: { kind: (typeof REGISTER_KINDS)[number]; key: Parameters<Store['find']>[1]; from: number },
) => Promise<unknown>;

const FATES: Readonly<Record<'changed' | 'emptied' | 'revoked', Fate>> = {
  changed: (t, what) => t.store.write({ attempt: t.attempt(), change: { ...what, state: '{"v":1,"newer":1}' } }),
  emptied: (t, what) => t.store.write({ attempt: t.attempt(), change: { ...what, state: null } }),
  revoked: (t, { key }) => t.store.revoke({ grants: [key] }, t.now(), 'test'),
};
