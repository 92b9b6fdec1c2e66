import { StoreError } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { asIssued, newGrant, newRegister, newToken, SUBJECT } from '../fixtures/records.ts';
import { durable, port } from '../needs.ts';
import type { Trial } from '../trial.ts';

const LOST = ['unavailable', 'unknown_outcome', 'timeout'] as const;
/** Milliseconds over a stated deadline that are still "within" it. */
const SLACK = 500;

/** Contract 44–48: what goes wrong is said truthfully, in time, once, and without telling secrets. */
export const failure: readonly Case[] = [
  {
    id: 'store-44-cut-connections',
    promise:
      'Whenever the connection is cut, the answer is an error that can be retried, or true: never `written` without a committed version.',
    needs: [port('faults')],
    async run(t) {
      const other = await t.sibling();
      for (const lossy of t.lossy())
        for (const firstTry of ['lost', 'applied'] as const) {
          const what = `(${firstTry}, ${lossy.point})`;
          const grant = newGrant(t);
          await t.store.write({ attempt: t.attempt(), add: [grant] });
          const token = newToken(t, grant.key);
          const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
          await lossy.arm(firstTry);
          const answer = await outcome(
            t,
            () => lossy.store.write({ attempt: t.attempt(), change, add: [token] }),
            what,
          );
          if (answer === 'written') {
            t.same((await other.find('grant', grant.key))?.version, 2, `the version after "written" ${what}`);
            t.same(await t.token(token.key, { on: other }), asIssued(token), `the token after "written" ${what}`);
          } else t.holds(answer !== 'outdated', `nobody else changed it, so it is not outdated ${what}`);
          await lossy.arm(firstTry);
          const ended = await outcome(t, () => lossy.store.revoke({ grants: [grant.key] }, t.now(), 'test'), what);
          if (typeof ended === 'number')
            t.holds((await other.find('grant', grant.key))?.revoked !== null, `revoked after a number ${what}`);
        }
    },
  },
  {
    id: 'store-45-restart-keeps-data',
    promise:
      'After the back end restarted, calls succeed without a restart of the process, and what was answered is there.',
    needs: [durable, port('restart')],
    async run(t) {
      const grant = newGrant(t);
      const token = newToken(t, grant.key);
      await t.store.write({ attempt: t.attempt(), add: [grant, token] });
      const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
      await t.store.write({ attempt: t.attempt(), change });
      const nonce = t.key();
      const until = t.now() + 3_600_000;
      await t.store.once('space', nonce, t.now(), until, t.attempt());
      const before = await t.store.find('grant', grant.key);
      const store = await t.restart();
      t.same(await store.find('grant', grant.key), before, 'the grant');
      t.same(await t.token(token.key, { on: store }), asIssued(token), 'the token');
      t.same(await store.once('space', nonce, t.now(), until, t.attempt()), false, 'the nonce');
      t.same(await store.write({ attempt: t.attempt(), change }), 'outdated', 'the same change again');
    },
  },
  {
    id: 'store-45-restart-revives-nothing',
    promise:
      'A restart, from a snapshot too, brings back nothing that was used, revoked or emptied: it is as it was last, or absent.',
    proves: ['SEC-7'],
    needs: [port('restart')],
    async run(t) {
      const [used, revoked, emptied] = [newGrant(t), newGrant(t), newRegister(t, 'session')];
      const token = newToken(t, used.key);
      const ofRevoked = newToken(t, revoked.key);
      await t.store.write({ attempt: t.attempt(), add: [used, revoked, emptied, token, ofRevoked] });
      let store = await t.restart();
      if ((await store.find('grant', used.key))?.version === 1) {
        const use = { kind: 'grant', key: used.key, from: 1, state: '{"v":1,"used":1}' } as const;
        await store.write({ attempt: t.attempt(), change: use });
        await store.write({
          attempt: t.attempt(),
          change: { kind: 'session', key: emptied.key, from: 1, state: null },
        });
        await store.revoke({ grants: [revoked.key] }, t.now(), 'test');
        await store.revoke({ token: token.key }, t.now(), 'test');
      }
      store = await t.restart();
      const version = async (kind: 'grant' | 'session', key: typeof used.key) => (await store.find(kind, key))?.version;
      for (const [kind, { key }] of [
        ['grant', used],
        ['grant', revoked],
        ['session', emptied],
      ] as const)
        t.holds((await version(kind, key)) !== 1, `a ${kind} is not as it was before its last change`);
      for (const { key } of [token, ofRevoked])
        t.holds((await t.endOf(key, 'whatever', store)) !== null, 'a revoked token does not live');
    },
  },
  {
    id: 'store-46-never-for-ever',
    promise:
      'With every connection taken or a server that hangs, each call ends within the stated deadline with a typed error, and afterwards all is well.',
    needs: [port('exhaust')],
    async run(t) {
      const grant = newGrant(t);
      await t.store.write({ attempt: t.attempt(), add: [grant] });
      const { deadlineMs, release } = await t.present(t.target.exhaust, 'the port')(t.store);
      const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
      const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
        ['find', () => t.store.find('grant', grant.key)],
        ['write', () => t.store.write({ attempt: t.attempt(), change })],
        ['revoke', () => t.store.revoke({ token: t.key() }, t.now(), 'test')],
        ['list', () => t.store.list('grant', { subject: SUBJECT }, { limit: 1 })],
        ['once', () => t.store.once('space', t.key(), t.now(), t.now() + 1_000, t.attempt())],
        ['count', () => t.store.count('counter', t.key(), t.now(), 1_000, 1)],
        ['ping', () => t.store.ping()],
      ];
      const started = performance.now();
      try {
        await Promise.all(calls.map(([what, call]) => t.refused(call, LOST, `${what}, while nothing answers`)));
      } finally {
        const took = Math.round(performance.now() - started);
        t.holds(took <= deadlineMs + SLACK, `all of them within ${deadlineMs} ms`, took);
        await release();
      }
      await t.recovered(t.store);
      t.present(await t.store.find('grant', grant.key), 'the grant, afterwards');
    },
  },
  {
    id: 'store-47-transient-errors',
    promise:
      'A deadlock or serialization error at any statement is retried by the store itself: applied once, or `unavailable`.',
    needs: [port('transient')],
    async run(t) {
      const { points, arm } = t.present(t.target.transient, 'the port');
      for (const point of points) {
        const grant = newGrant(t);
        await t.store.write({ attempt: t.attempt(), add: [grant] });
        const token = newToken(t, grant.key);
        const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
        await arm(t.store, point);
        const answer = await outcome(t, () => t.store.write({ attempt: t.attempt(), change, add: [token] }), point);
        const found = t.present(await t.store.find('grant', grant.key), `the grant (${point})`);
        t.same(found.version, answer === 'written' ? 2 : 1, `its version after ${String(answer)} (${point})`);
        if (answer === 'written') t.same(await t.token(token.key), asIssued(token), `its token (${point})`);
        await arm(t.store, point);
        const count = await outcome(t, () => t.store.revoke({ grants: [grant.key] }, t.now(), 'test'), point);
        if (typeof count === 'number') t.same(count, 1, `the count of a revocation (${point})`);
      }
    },
  },
  {
    id: 'store-48-the-first-cause',
    promise:
      'An error of the back end is the `cause` of what the store throws: the first one with its code, not that of the roll-back.',
    needs: [port('faults')],
    async run(t) {
      for (const lossy of t.lossy().slice(1)) {
        await lossy.arm('lost');
        const error = await t.refused(
          () => lossy.store.write({ attempt: t.attempt(), add: [newGrant(t)] }),
          LOST,
          `a write lost ${lossy.point}`,
        );
        t.holds(error?.cause instanceof Error, `it has a cause (${lossy.point})`, error?.cause);
        t.holds(!(error?.cause instanceof StoreError), `the cause is the back end’s (${lossy.point})`, error?.cause);
        t.holds(!/roll ?back/i.test(String(error?.cause)), `it is not the roll-back’s (${lossy.point})`, error?.cause);
      }
    },
  },
];

/** What a call answered, or `undefined` for an error that may be retried; any other error is a violation. */
async function outcome<T>(t: Trial, call: () => Promise<T>, what: string): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    await t.refused(() => Promise.reject(error), LOST, `the error of a caller who lost contact ${what}`);
    return undefined;
  }
}
