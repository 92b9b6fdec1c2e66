import { NEVER } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { newGrant, newRegister, newToken, REGISTER_KINDS } from '../fixtures/records.ts';
import { ownClock, settableClock, sharedByProcesses } from '../needs.ts';

const YEAR = 31_557_600_000;
const FIVE_MINUTES = 300_000;
/** Milliseconds that a store may wait for what another clock says: so much of a difference it cannot tell from none. */
const ANSWER = 30_000;

/** Contract 8–13: time is the caller's, and comes back as it was given. */
export const expiry: readonly Case[] = [
  {
    id: 'store-08-exact-ends',
    promise: 'Every instant of every kind comes back as the same whole number of milliseconds, from a change too.',
    proves: ['SEC-50'],
    async run(t) {
      for (const kind of REGISTER_KINDS) {
        const now = t.now() + 7;
        const register = newRegister(t, kind, { createdAt: now, expiresAt: now + 3_600_001, purgeAt: now + 3_660_003 });
        await t.store.write({ attempt: t.attempt(), add: [register] });
        const found = t.present(await t.store.find(kind, register.key), `the ${kind}`);
        const { createdAt, expiresAt, purgeAt } = register;
        t.same([found.createdAt, found.expiresAt, found.purgeAt], [createdAt, expiresAt, purgeAt], `a ${kind}`);
        const life = { expiresAt: expiresAt + 1, purgeAt: purgeAt + 1 };
        await t.store.write({
          attempt: t.attempt(),
          change: { kind, key: register.key, from: 1, state: '{}', ...life },
        });
        const later = t.present(await t.store.find(kind, register.key), `the ${kind}, one millisecond longer`);
        t.same(
          [later.createdAt, later.expiresAt, later.purgeAt],
          [createdAt, life.expiresAt, life.purgeAt],
          `a ${kind}`,
        );
      }
      const issuedAt = t.now() + 3;
      const token = newToken(t, null, { issuedAt, expiresAt: issuedAt + 599_999, purgeAt: issuedAt + 660_001 });
      await t.store.write({ attempt: t.attempt(), add: [token] });
      const found = t.present(await t.token(token.key), 'the token');
      t.same(
        [found.issuedAt, found.expiresAt, found.purgeAt],
        [token.issuedAt, token.expiresAt, token.purgeAt],
        'a token',
      );
    },
  },
  {
    id: 'store-09-expired-is-still-found',
    promise: 'What has expired is found until its `purgeAt`, however often it is read: nothing is removed by reading.',
    proves: ['SEC-85'],
    async run(t) {
      const now = t.now();
      const life = { expiresAt: now + t.unit, purgeAt: now + t.ample };
      const registers = REGISTER_KINDS.map((kind) => newRegister(t, kind, life));
      const token = newToken(t, null, life);
      await t.store.write({ attempt: t.attempt(), add: [...registers, token] });
      await t.pass(2 * t.unit);
      for (let reading = 0; reading < 3; reading++) {
        for (const { kind, key } of registers) {
          const found = t.present(await t.store.find(kind, key), `an expired ${kind}, reading ${reading}`);
          t.same(found.expiresAt, life.expiresAt, `the end of an expired ${kind}`);
        }
        const found = t.present(await t.token(token.key), `an expired token, reading ${reading}`);
        t.same(found.expiresAt, life.expiresAt, 'the end of an expired token');
      }
      const grant = registers[0];
      const change = { kind: 'grant', key: t.present(grant, 'the grant').key, from: 1, state: '{"v":1}' } as const;
      t.same(await t.store.write({ attempt: t.attempt(), change }), 'written', 'a change of an expired grant');
    },
  },
  {
    id: 'store-09-purged-is-absent',
    promise:
      'Past `purgeAt`, twice the clock tolerance and a sweep, every kind is absent, from listings too; that is no error.',
    async run(t) {
      const now = t.now();
      const life = { expiresAt: now + t.unit, purgeAt: now + 2 * t.unit };
      const registers = REGISTER_KINDS.map((kind) => newRegister(t, kind, life));
      const token = newToken(t, null, life);
      await t.store.write({ attempt: t.attempt(), add: [...registers, token] });
      await t.pass(2 * t.unit + t.lingering);
      await t.sweep();
      for (const { kind, key } of registers) t.same(await t.store.find(kind, key), undefined, `a dead ${kind}`);
      t.same(await t.store.find('access_token', token.key), undefined, 'a dead token');
      const page = { limit: 10 };
      const subject = registers[0]?.subject ?? '';
      t.same((await t.store.list('grant', { subject }, page)).items, [], 'grants listed after their end');
      t.same((await t.store.list('consent', { subject }, page)).items, [], 'consents listed after their end');
      t.same((await t.store.list('session', { subject }, page)).items, [], 'sessions listed after their end');
      t.same((await t.store.list('client', {}, page)).items, [], 'clients listed after their end');
    },
  },
  {
    id: 'store-10-no-life-at-all',
    promise: 'A life that is over when it is written is refused as `invalid` or stored as over, never stored for ever.',
    proves: ['SEC-85'],
    async run(t) {
      const now = t.now();
      for (const [what, end] of [
        ['ends now', now],
        ['ended a moment ago', now - 1],
        ['ended long ago', now - YEAR],
        ['ended in 1970', 0],
      ] as const) {
        const life = { expiresAt: end, purgeAt: end };
        const token = newToken(t, null, life);
        const grant = newGrant(t, life);
        for (const add of [token, grant]) {
          try {
            t.same(await t.store.write({ attempt: t.attempt(), add: [add] }), 'written', `a ${add.kind} that ${what}`);
          } catch {
            await t.refused(() => t.store.write({ attempt: t.attempt(), add: [add] }), 'invalid', `one that ${what}`);
          }
          const found = await t.store.find(add.kind, add.key);
          t.same(found?.expiresAt ?? end, end, `the end of a ${add.kind} that ${what}`);
        }
        await t.pass(t.lingering);
        await t.sweep();
        t.same(await t.store.find('access_token', token.key), undefined, `a token that ${what}, after a sweep`);
        t.same(await t.store.find('grant', grant.key), undefined, `a grant that ${what}, after a sweep`);
      }
    },
  },
  {
    id: 'store-11-any-lifetime',
    promise: 'A life of one millisecond, one second, ten years or without an end is kept to the millisecond.',
    async run(t) {
      const now = t.now();
      for (const life of [1, 1_000, 10 * YEAR, NEVER - now]) {
        const end = now + life;
        const ends = { expiresAt: end, purgeAt: Math.min(NEVER, end + 60_000) };
        const token = newToken(t, null, ends);
        const grant = newGrant(t, ends);
        await t.store.write({ attempt: t.attempt(), add: [token, grant] });
        for (const found of [await t.token(token.key), await t.store.find('grant', grant.key)]) {
          const there = t.present(found, `a record of ${life} ms`);
          t.same([there.expiresAt, there.purgeAt], [ends.expiresAt, ends.purgeAt], `a life of ${life} ms`);
        }
      }
    },
  },
  {
    id: 'store-11-no-odd-instants',
    promise: 'An instant that is not a whole number of milliseconds within ±8.64e15 is refused as `invalid`.',
    proves: ['SEC-85'],
    async run(t) {
      for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, NEVER + 2, t.now() + 0.5, '1700000000000', null]) {
        const purgeAt = odd as number;
        const token = newToken(t, null, { purgeAt });
        const grant = newGrant(t, { purgeAt });
        await t.refused(() => t.store.write({ attempt: t.attempt(), add: [token] }), 'invalid', `a token until ${odd}`);
        await t.refused(() => t.store.write({ attempt: t.attempt(), add: [grant] }), 'invalid', `a grant until ${odd}`);
        t.same(await t.store.find('access_token', token.key), undefined, `the token until ${odd}`);
        t.same(await t.store.find('grant', grant.key), undefined, `the grant until ${odd}`);
      }
    },
  },
  {
    id: 'store-12-clock-steps-back',
    promise: 'After the clock stepped back five minutes what was changed, revoked or used is so still.',
    needs: [settableClock],
    async run(t) {
      const changed = newGrant(t);
      const revoked = newGrant(t);
      const token = newToken(t, changed.key);
      const nonce = t.key();
      await t.store.write({ attempt: t.attempt(), add: [changed, revoked, token] });
      const change = { kind: 'grant', key: changed.key, from: 1, state: '{"v":1,"step":1}' } as const;
      await t.store.write({ attempt: t.attempt(), change });
      await t.store.revoke({ grants: [revoked.key] }, t.now(), 'test');
      await t.store.revoke({ token: token.key }, t.now(), 'test');
      await t.store.once('space', nonce, t.now(), t.now() + FIVE_MINUTES, t.attempt());
      const before = [await t.store.find('grant', changed.key), await t.store.find('grant', revoked.key)];

      await t.pass(-FIVE_MINUTES);
      const now = t.now();
      t.same(
        [await t.store.find('grant', changed.key), await t.store.find('grant', revoked.key)],
        before,
        'the grants, five minutes earlier',
      );
      t.same(await t.endOf(token.key, 'token'), 'token', 'the revoked token, five minutes earlier');
      t.same(await t.store.write({ attempt: t.attempt(), change }), 'outdated', 'the same change once more');
      t.same(await t.store.once('space', nonce, now, now + FIVE_MINUTES, t.attempt()), false, 'the used nonce');
      t.same(await t.store.revoke({ grants: [revoked.key] }, now, 'again'), 0, 'revoking what is revoked');
      const fresh = newToken(t, null);
      t.same(
        await t.store.write({ attempt: t.attempt(), add: [fresh] }),
        'written',
        'an addition, five minutes earlier',
      );
      t.present(await t.token(fresh.key), 'what was added five minutes earlier');
    },
  },
  {
    id: 'store-13-clocks-too-far-apart',
    promise:
      'A caller whose clock is further from the store’s than the tolerance is refused by `open()`, in words that say so.',
    needs: [sharedByProcesses, ownClock],
    async run(t) {
      const far = 3 * t.capabilities.clockTolerance + ANSWER;
      for (const clockOffset of [-far, far]) {
        const refusal = await t.refused(() => t.sibling({ clockOffset }), 'config', `a clock ${clockOffset} ms off`);
        if (refusal) t.holds(/clock/i.test(refusal.message), 'the message names the clock', refusal.message);
      }
    },
  },
  {
    id: 'store-13-clocks-within-tolerance',
    promise: 'Callers whose clocks differ by twice the tolerance use nothing twice and revoke nobody.',
    needs: [ownClock],
    async run(t) {
      const offset = t.capabilities.clockTolerance * 0.9;
      const early = await t.sibling({ clockOffset: -offset });
      const late = await t.sibling({ clockOffset: offset });
      const grant = newGrant(t);
      await early.write({ attempt: t.attempt(), add: [grant] });
      const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
      t.same(await late.write({ attempt: t.attempt(), change }), 'written', 'the first change, by the late clock');
      t.same(await early.write({ attempt: t.attempt(), change }), 'outdated', 'the second, by the early one');
      const nonce = t.key();
      const until = t.now() + t.ample;
      t.same(await late.once('space', nonce, t.now() + offset, until, t.attempt()), true, 'a nonce, first');
      t.same(await early.once('space', nonce, t.now() - offset, until, t.attempt()), false, 'a nonce, again');
      t.same((await late.find('grant', grant.key))?.revoked, null, 'whether anybody was revoked');
    },
  },
];
