import type { Key } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { newGrant, newToken } from '../fixtures/records.ts';

const ROOM = 60;
const MANY = 300;

/** Capability `retention`: what a store may lose when it is full, and what never. */
export const room: readonly Case[] = [
  {
    id: 'store-00-nothing-written-is-lost',
    promise:
      'Short of room a store refuses as `unavailable`, or (where it may evict) drops access tokens, the newest last; a register or nonce that it took stays.',
    proves: ['SEC-115'],
    async run(t) {
      const store = await t.another({
        namespace: `${t.namespace}-small`,
        room: { tokens: ROOM, registers: ROOM },
      });
      /** False: there was no room for it. */
      const took = async (call: () => Promise<unknown>, what: string): Promise<boolean> => {
        try {
          await call();
          return true;
        } catch (error) {
          await t.refused(() => Promise.reject(error), 'unavailable', `a ${what} for which there is no room`);
          return false;
        }
      };
      const grants: Key[] = [];
      for (let made = 0; made < MANY; made++) {
        const grant = newGrant(t);
        if (await took(() => store.write({ attempt: t.attempt(), add: [grant] }), 'grant')) grants.push(grant.key);
      }
      t.holds(grants.length >= ROOM, `at least ${ROOM} grants were taken`, grants.length);
      const nonces: Key[] = [];
      const until = t.now() + 3_600_000;
      for (let made = 0; made < MANY; made++) {
        const nonce = t.key();
        if (await took(() => store.once('space', nonce, t.now(), until, t.attempt()), 'nonce')) nonces.push(nonce);
      }
      const tokens: Key[] = [];
      for (let made = 0; made < MANY; made++) {
        const token = newToken(t, null);
        if (await took(() => store.write({ attempt: t.attempt(), add: [token] }), 'token')) tokens.push(token.key);
      }
      const lost = async (keys: readonly Key[], isThere: (key: Key) => Promise<boolean>): Promise<number> =>
        (await Promise.all(keys.map(isThere))).filter((there) => !there).length;
      t.same(await lost(grants, async (key) => (await store.find('grant', key)) !== undefined), 0, 'grants lost');
      const isUsed = async (key: Key): Promise<boolean> =>
        !(await store.once('space', key, t.now(), until, t.attempt()));
      t.same(await lost(nonces, isUsed), 0, 'nonces lost');
      const newest = t.capabilities.retention === 'may-evict' ? tokens.slice(-ROOM / 2) : tokens;
      const isFound = async (key: Key): Promise<boolean> => (await t.token(key, { on: store })) !== undefined;
      t.same(await lost(newest, isFound), 0, 'tokens lost');
    },
  },
];
