import { silentLog } from '@gatehouse/core';
import { expect, onTestFinished, test } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { patient, TOLERANCE } from './conformance-target.test-support.ts';
import { limitedUser } from './limited-user.test-support.ts';
import { MYSQL } from './product.test-support.ts';
import { attempt, key, newGrant, newToken } from './records.test-support.ts';
import { ALL_SERVERS, onEach } from './servers.test-support.ts';
import { provePurgeScript, proveSweep } from './swept-rows.test-support.ts';

const MARGIN = 2 * TOLERANCE;
const ROUNDS = 3;
const DAY = 86_400_000;

await onEach(ALL_SERVERS, async (server, product) => {
  test('[store-57] no row that is not past its time by twice the tolerance is ever swept, and every other is', async () => {
    const database = await server.createDatabase();
    try {
      const connection = patient(database.url);
      await migrate({ connection });
      await proveSweep(connection, TOLERANCE, ROUNDS);
    } finally {
      await database.drop();
    }
  });

  test('purge.sql removes what a sweep would, and nothing else', async () => {
    const database = await server.createDatabase();
    try {
      const connection = patient(database.url);
      await migrate({ connection });
      const outside = await product.connect(database.url);
      const dbms = product === MYSQL ? 'mysql' : 'postgresql';
      await provePurgeScript(connection, dbms, (text) => outside.query(text)).finally(() => outside.end());
    } finally {
      await database.drop();
    }
  });

  test('[store-40] a table that cannot be swept is in the report, and the others are swept all the same', async () => {
    const database = await server.createDatabase();
    const connection = patient(database.url);
    await migrate({ connection });
    const store = new RdbmsStore({ connection, namespace: 'https://a.example', clockToleranceMs: TOLERANCE });
    await store.open();
    try {
      const at = Date.now();
      const life = { expiresAt: at - 10_000, purgeAt: at - 10_000 };
      await store.write({ attempt: attempt(), add: [newToken(null, life)] });
      await store.once('space', key(), at - 20_000, at - 10_000, attempt());
      const outside = await product.connect(database.url);
      await outside.query('DROP TABLE oauth_replay').finally(() => outside.end());
      const report = await store.sweep({ at, batch: 10, budgetMs: 60_000 });
      expect(report).toMatchObject({ complete: false, removed: { access_token: 1 }, backlog: {} });
      expect(report.errors).toEqual({ nonce: expect.stringMatching(/A table or column is not there/) });
    } finally {
      await store.close();
      await database.drop();
    }
  });

  test('[store-40] a right that is taken away in the middle of a sweep is in the report, and nothing else is lost', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    const { who, url } = await limitedUser(outside, patient(database.url));
    let revoked: Promise<unknown> | undefined;
    let batches = 0;
    const store = new RdbmsStore({
      connection: url,
      namespace: 'https://a.example',
      clockToleranceMs: TOLERANCE,
      observe({ id }) {
        if (!/^purge_(?:picked_)?access_token/.test(id)) return;
        if (++batches === 5) revoked = outside.query(`REVOKE DELETE ON oauth_access_token FROM ${who}`);
      },
    });
    onTestFinished(() => store.close());
    await store.open();
    const at = Date.now();
    const life = { expiresAt: at - 10_000, purgeAt: at - 10_000 };
    const living = newToken(null);
    const dead = Array.from({ length: 2_000 }, () => newToken(null, life));
    await store.write({ attempt: attempt(), add: [living, ...dead] });
    await store.write({ attempt: attempt(), add: [newGrant(life)] });
    await store.once('space', key(), at - 20_000, at - 10_000, attempt());

    const options = { at, batch: 2, budgetMs: 120_000 };
    const report = await store.sweep(options);
    await revoked;
    expect(report).toMatchObject({ complete: false, removed: { grant: 1, nonce: 1 } });
    expect(report.errors).toEqual({ access_token: expect.stringMatching(/refuses the user a right/) });
    const [removed, left] = [report.removed['access_token'] ?? 0, report.backlog['access_token'] ?? 0];
    expect(removed).toBeGreaterThan(0);
    expect(left).toBeGreaterThan(0);
    expect(removed + left).toBe(dead.length);

    // What is read and written goes on; with the right given back, so does the sweep.
    expect(await store.find('access_token', living.key)).toBeDefined();
    expect(await store.write({ attempt: attempt(), add: [newToken(null)] })).toBe('written');
    await outside.query(`GRANT DELETE ON oauth_access_token TO ${who}`);
    expect(await store.sweep({ ...options, batch: 1_000 })).toMatchObject({
      complete: true,
      errors: {},
      removed: { access_token: left },
    });
    expect(await store.find('access_token', living.key)).toBeDefined();
  });

  test('a sweep says what it left, counts before it removes, and is one node’s at a time', async () => {
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
      // A connection that nobody used for a while is made anew first.
      await second.ping();
      // One by one, which takes the one long enough for the other to come meanwhile.
      const both = await Promise.all([
        store.sweep({ at, batch: 1, budgetMs: 60_000 }),
        second.sweep({ at, batch: 1, budgetMs: 60_000 }),
      ]);
      expect(both.reduce((sum, { removed }) => sum + (removed['access_token'] ?? 0), 0)).toBe(95);
      expect(both.some(({ holder }) => holder !== null)).toBe(true);
      expect((await second.sweep({ at, batch: 10, budgetMs: 60_000 })).complete).toBe(true);
    } finally {
      await Promise.all([store.close(), second.close()]);
      await database.drop();
    }
  });

  test('goes on without the row of the lease, and with one that a clock far ahead has left', async () => {
    const database = await server.createDatabase();
    const connection = patient(database.url);
    await migrate({ connection });
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_: object, message: string) => void warnings.push(message) };
    const store = new RdbmsStore({ connection, namespace: 'https://a.example', clockToleranceMs: TOLERANCE, log });
    await store.open();
    const outside = await product.connect(database.url);
    try {
      const at = Date.now();
      const life = { expiresAt: at - 10_000, purgeAt: at - 10_000 };
      const wrong = ['DELETE FROM oauth_lease', `UPDATE oauth_lease SET owner_id = 'x', held_until = ${at + DAY}`];
      for (const text of wrong) {
        await outside.query(text);
        await store.write({ attempt: attempt(), add: [newToken(null, life)] });
        const report = await store.sweep({ at, batch: 10, budgetMs: 60_000 });
        expect(report, text).toMatchObject({ complete: true, removed: { access_token: 1 }, holder: null });
        expect(await outside.query('SELECT lease_name, held_until FROM oauth_lease')).toHaveLength(1);
      }
      expect(warnings).toEqual([expect.stringMatching(/was missing/), expect.stringMatching(/longer than any/)]);
    } finally {
      await outside.end();
      await store.close();
      await database.drop();
    }
  });

  test('a clock that runs ahead of the database’s removes nothing', async () => {
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

await onEach(['postgresql18'], (server, product) => {
  test('a step that is too slow for the deadline of a call is made smaller, until it is not', async () => {
    const database = await server.createDatabase();
    const connection = patient(database.url);
    await migrate({ connection });
    connection.searchParams.set('timeouts.statementMs', '3000');
    const store = new RdbmsStore({ connection, namespace: 'https://a.example', clockToleranceMs: TOLERANCE });
    await store.open();
    const outside = await product.connect(database.url);
    try {
      // As on a disk that is busy: all of them take longer than the server gives a statement, a quarter does not.
      await outside.query(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(0.03); RETURN OLD; END'`);
      await outside.query(
        `CREATE TRIGGER slow BEFORE DELETE ON oauth_access_token FOR EACH ROW EXECUTE FUNCTION slow()`,
      );
      const at = Date.now();
      const life = { expiresAt: at - 10_000, purgeAt: at - 10_000 };
      await store.write({ attempt: attempt(), add: Array.from({ length: 120 }, () => newToken(null, life)) });
      const report = await store.sweep({ at, batch: 120, budgetMs: 120_000 });
      expect(report).toMatchObject({ complete: true, removed: { access_token: 120 }, errors: {} });
    } finally {
      await outside.end();
      await store.close();
      await database.drop();
    }
  });
});
