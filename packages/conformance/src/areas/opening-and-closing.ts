import type { Case } from '../case.ts';
import { newGrant, SUBJECT } from '../fixtures/records.ts';
import { port, sharedByProcesses } from '../needs.ts';

const LOST = ['unavailable', 'unknown_outcome', 'timeout'] as const;

/** Contract 49, 50 and 60: what opens, what refuses to, and what a close leaves. */
export const openingAndClosing: readonly Case[] = [
  {
    id: 'store-49-refuses-to-open',
    promise: 'A back end that cannot keep the promises is refused by `open()`, with a message that names the fix.',
    proves: ['SEC-117'],
    needs: [port('misconfigured')],
    async run(t) {
      for (const { what, open, names } of t.present(t.target.misconfigured, 'the port')) {
        const store = t.adopt(await open(t.opening()));
        const refusal = await t.refused(() => store.open(), 'config', what);
        if (refusal) t.holds(names.test(refusal.message), `the message on ${what} names ${names}`, refusal.message);
      }
    },
  },
  {
    id: 'store-50-close',
    promise:
      '`close()` lets running work end, refuses what comes after it as `unavailable`, and does no harm when called again.',
    async run(t) {
      const closing = await t.another({ namespace: `${t.namespace}-closing` });
      const grants = Array.from({ length: 20 }, () => newGrant(t));
      const running = grants.map((grant) => closing.write({ attempt: t.attempt(), add: [grant] }));
      const closed = closing.close();
      for (const result of await Promise.allSettled(running))
        if (result.status === 'rejected')
          await t.refused(() => Promise.reject(result.reason), LOST, 'a write that was running at the close');
      await closed;
      await closing.close();
      const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
        ['find', () => closing.find('grant', t.key())],
        ['write', () => closing.write({ attempt: t.attempt(), add: [newGrant(t)] })],
        ['revoke', () => closing.revoke({ token: t.key() }, t.now(), 'test')],
        ['list', () => closing.list('grant', { subject: SUBJECT }, { limit: 1 })],
        ['once', () => closing.once('space', t.key(), t.now(), t.now() + 1_000, t.attempt())],
        ['count', () => closing.count('counter', t.key(), t.now(), 1_000, 1)],
        ['ping', () => closing.ping()],
      ];
      for (const [what, call] of calls) await t.refused(call, 'unavailable', `${what} after the close`);
    },
  },
  {
    id: 'store-60-all-at-once',
    promise: 'Eight nodes that open and migrate one empty database at once find one schema and no error.',
    needs: [sharedByProcesses, port('empty')],
    async run(t) {
      const node = await t.present(t.target.empty, 'the port')();
      const stores = await Promise.all(Array.from({ length: 8 }, () => node(t.opening())));
      for (const store of stores) t.adopt(store);
      await t.raceAll(
        stores.map((store) => async (gate) => {
          await gate.pass();
          await store.open();
        }),
      );
      const grant = newGrant(t);
      await stores[0]?.write({ attempt: t.attempt(), add: [grant] });
      for (const store of stores) t.present(await store.find('grant', grant.key), 'a grant, by each node');
    },
  },
];
