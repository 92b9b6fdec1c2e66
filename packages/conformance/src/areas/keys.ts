import type { Key } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { KINDS } from '../fixtures/kinds.ts';
import { newGrant, newToken } from '../fixtures/records.ts';
import { NOT_KEYS } from '../fixtures/texts.ts';
import { port } from '../needs.ts';

/** Contract 2 and 3: records are found by exactly their key, and by nothing that is no key. */
export const keys: readonly Case[] = [
  {
    id: 'store-02-unknown-is-absent',
    promise: 'An unknown key is absent, never an error, and so is a key in every kind but its own.',
    proves: ['SEC-8'],
    async run(t) {
      for (const kind of KINDS) t.same(await t.store.find(kind, t.key()), undefined, `an unknown ${kind}`);
      const grant = newGrant(t);
      const token = newToken(t, null);
      await t.store.write({ attempt: t.attempt(), add: [grant, token] });
      for (const kind of KINDS) {
        if (kind !== 'grant') t.same(await t.store.find(kind, grant.key), undefined, `the grant's key as ${kind}`);
        if (kind !== 'access_token')
          t.same(await t.store.find(kind, token.key), undefined, `the token's key as ${kind}`);
      }
    },
  },
  {
    id: 'store-02-keys-are-exact',
    promise: 'A key that differs in one character or in its case is absent; one with a trailing space is no key.',
    proves: ['SEC-11', 'SEC-116'],
    async run(t) {
      // Letters at every place, so that a change of case is always another key.
      const key = t.key().replace(/[^A-Za-z]/g, 'k') as Key;
      const grant = newGrant(t, { key });
      const token = newToken(t, null, { key });
      await t.store.write({ attempt: t.attempt(), add: [grant, token] });
      t.present(await t.store.find('grant', key), 'the grant under its own key');
      const others = [
        swapCase(key),
        key.toLowerCase() === key ? swapCase(key) : key.toLowerCase(),
        (key.startsWith('A') ? 'B' : 'A') + key.slice(1),
        key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A'),
        key.slice(0, -1) + swapCase(key.slice(-1)),
      ] as Key[];
      for (const other of others) {
        t.same(await t.store.find('grant', other), undefined, 'a grant under a key that differs');
        t.same(await t.store.find('access_token', other), undefined, 'a token under a key that differs');
      }
      await t.refused(() => t.store.find('grant', `${key} ` as Key), 'invalid', 'the key with a trailing space');
    },
  },
  {
    id: 'store-03-keys-only',
    promise: 'A lookup value that is not a well-formed key is refused as invalid, before anything is sent.',
    proves: ['SEC-54', 'SEC-116'],
    async run(t) {
      const now = t.now();
      for (const [what, value] of NOT_KEYS) {
        const key = value as never;
        for (const kind of KINDS) await t.refused(() => t.store.find(kind, key), 'invalid', `find ${kind} by ${what}`);
        await t.refused(() => t.store.revoke({ grants: [key] }, now, 'test'), 'invalid', `revoke a grant by ${what}`);
        await t.refused(() => t.store.revoke({ token: key }, now, 'test'), 'invalid', `revoke a token by ${what}`);
        await t.refused(() => t.store.once('space', key, now, now + 1000, t.attempt()), 'invalid', `once by ${what}`);
        await t.refused(() => t.store.count('counter', key, now, 1000, 1), 'invalid', `count by ${what}`);
        await t.refused(() => t.store.clear('counter', key), 'invalid', `clear by ${what}`);
        const grant = newGrant(t, { key });
        await t.refused(() => t.store.write({ attempt: t.attempt(), add: [grant] }), 'invalid', `add under ${what}`);
        const change = { kind: 'grant', key, from: 1, state: '{}' } as const;
        await t.refused(() => t.store.write({ attempt: t.attempt(), change }), 'invalid', `change of ${what}`);
      }
    },
  },
  {
    id: 'store-03-nothing-sent',
    promise: 'A lookup value that is not a key costs no statement.',
    needs: [port('trace')],
    async run(t) {
      const trace = await t.present(t.target.trace, 'the port')(t.store);
      for (const [what, value] of NOT_KEYS)
        await t.refused(() => t.store.find('grant', value as never), 'invalid', `find by ${what}`);
      t.same((await trace.stop()).length, 0, 'statements sent for values that are no keys');
    },
  },
  {
    id: 'store-03-attempts-only',
    promise:
      'A write or a nonce without an attempt of 1 to 64 characters of base64url is refused, and so is an empty write.',
    async run(t) {
      const now = t.now();
      for (const attempt of ['', ' ', 'a'.repeat(65), 'with space', 'umläut', null, 7] as never[]) {
        const grant = newGrant(t);
        await t.refused(() => t.store.write({ attempt, add: [grant] }), 'invalid', `a write with attempt ${attempt}`);
        t.same(await t.store.find('grant', grant.key), undefined, 'what came with a refused attempt');
        const nonce = t.key();
        await t.refused(() => t.store.once('s', nonce, now, now + 1000, attempt), 'invalid', `once as ${attempt}`);
      }
      await t.refused(() => t.store.write({ attempt: t.attempt() }), 'invalid', 'a write of nothing');
      await t.refused(() => t.store.write({ attempt: t.attempt(), add: [] }), 'invalid', 'a write of no additions');
      const longest = newGrant(t);
      t.same(await t.store.write({ attempt: 'a'.repeat(64), add: [longest] }), 'written', 'the longest attempt');
    },
  },
];

function swapCase(text: string): string {
  return [...text].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('');
}
