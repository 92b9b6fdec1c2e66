import type { Addition, Instant, Key, Kind } from '@gatehouse/core';
import { expect, test } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { patient, TOLERANCE } from './conformance-target.test-support.ts';
import { attempt, key, newGrant, newToken } from './records.test-support.ts';
import { ALL_SERVERS, onEach } from './servers.test-support.ts';

const KINDS = ['grant', 'session', 'consent', 'client', 'client_epoch'] as const;
const MARGIN = 2 * TOLERANCE;
const ROUNDS = 5;
const DAY = 86_400_000;
const NEVER = 8.64e15;

/** Around everything that a sign, a unit or a comparison could get wrong. */
const offsets = (): readonly number[] => [
  ...[-2, -1, 0, 1, 2].map((ms) => -MARGIN + ms),
  ...[-1, 0, 1].map((ms) => ms),
  ...[-DAY, DAY, 1_000, -1_000, 60_000, -60_000],
  ...Array.from({ length: 10 }, () => Math.round((Math.random() - 0.5) * 4 * MARGIN)),
];

await onEach(ALL_SERVERS, async (server) => {
  test('[store-57] no row that is not past its time by twice the tolerance is ever swept, and every other is', {
    timeout: 240_000,
  }, async () => {
    const database = await server.createDatabase();
    const connection = patient(database.url);
    await migrate({ connection });
    const store = new RdbmsStore({ connection, namespace: 'https://a.example', clockToleranceMs: TOLERANCE });
    const other = new RdbmsStore({ connection, namespace: 'https://b.example', clockToleranceMs: TOLERANCE });
    await Promise.all([store.open(), other.open()]);
    try {
      for (let round = 0; round < ROUNDS; round++) {
        // A moment of the past, so that no clock is in the way of any offset.
        const at: Instant = Date.now() - 3_600_000;
        const rows: { kind: Kind; key: Key; purgeAt: Instant; of: RdbmsStore }[] = [];
        const nonces: { nonce: Key; until: Instant }[] = [];
        for (const of of [store, other]) {
          const add: Addition[] = [];
          for (const offset of [...offsets(), NEVER - at, -8.64e15 - at]) {
            const purgeAt = at + offset;
            const life = { expiresAt: purgeAt, purgeAt };
            add.push(...KINDS.map((kind) => newGrant({ kind, key: key(), ...life })), newToken(null, life));
          }
          for (const each of add) rows.push({ kind: each.kind, key: each.key, purgeAt: each.purgeAt, of });
          await of.write({ attempt: attempt(), add });
        }
        for (const offset of offsets()) {
          const nonce = key();
          nonces.push({ nonce, until: at + offset });
          await store.once('space', nonce, at - DAY, at + offset, attempt());
        }
        const report = await store.sweep({ at, batch: 7, budgetMs: 60_000 });
        expect(report).toMatchObject({ complete: true, errors: {} });
        for (const { kind, key: one, purgeAt, of } of rows) {
          const there = (await of.find(kind, one)) !== undefined;
          expect(there, `${kind}, ${purgeAt - at + MARGIN} ms from the edge`).toBe(purgeAt >= at - MARGIN);
        }
        expect((await store.expired(at)).backlog).toEqual({});
        for (const { nonce, until } of nonces) {
          // What is still there refuses another attempt before its end; what was swept does not remember.
          const used = !(await store.once('space', nonce, until - 1, until + 1, attempt()));
          expect(used, `a nonce, ${until - at + MARGIN} ms from the edge`).toBe(until >= at - MARGIN);
        }
      }
    } finally {
      await Promise.all([store.close(), other.close()]);
      await database.drop();
    }
  });

  test('a sweep says what it left, counts before it removes, and is one node’s at a time', {
    timeout: 240_000,
  }, async () => {
    const database = await server.createDatabase();
    const connection = patient(database.url);
    await migrate({ connection });
    const open = (): RdbmsStore =>
      new RdbmsStore({ connection, namespace: 'https://a.example', clockToleranceMs: TOLERANCE });
    const [store, second] = [open(), open()];
    await Promise.all([store.open(), second.open()]);
    try {
      const at = Date.now();
      const life = { expiresAt: at - 10_000, purgeAt: at - 10_000 };
      await store.write({ attempt: attempt(), add: Array.from({ length: 95 }, () => newToken(null, life)) });
      expect(await store.expired(at)).toMatchObject({ backlog: { access_token: 95 }, lagMs: 10_000 - MARGIN });
      const hurried = await store.sweep({ at, batch: 10, budgetMs: 0 });
      expect(hurried).toMatchObject({ complete: false, removed: {}, backlog: { access_token: 95 } });
      expect(store.stats().sweep).toMatchObject({ backlog: { access_token: 95 } });
      const both = await Promise.all([
        store.sweep({ at, batch: 10, budgetMs: 60_000 }),
        second.sweep({ at, batch: 10, budgetMs: 60_000 }),
      ]);
      expect(both.reduce((sum, { removed }) => sum + (removed['access_token'] ?? 0), 0)).toBe(95);
      expect(both.some(({ elsewhere }) => elsewhere)).toBe(true);
      expect((await second.sweep({ at, batch: 10, budgetMs: 60_000 })).complete).toBe(true);
    } finally {
      await Promise.all([store.close(), second.close()]);
      await database.drop();
    }
  });

  test('a clock that runs ahead of the database’s removes nothing', { timeout: 240_000 }, async () => {
    const database = await server.createDatabase();
    const connection = patient(database.url);
    await migrate({ connection });
    const store = new RdbmsStore({ connection, namespace: 'https://a.example', clockToleranceMs: TOLERANCE });
    await store.open();
    try {
      const token = newToken(null);
      await store.write({ attempt: attempt(), add: [token] });
      const ahead = store.sweep({ at: Date.now() + DAY, batch: 10, budgetMs: 1_000 });
      await expect(ahead).rejects.toMatchObject({
        kind: 'unavailable',
        message: expect.stringMatching(/ahead of the database/),
      });
      expect(await store.find('access_token', token.key)).toBeDefined();
    } finally {
      await store.close();
      await database.drop();
    }
  });
});
