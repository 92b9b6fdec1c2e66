import { type Log, StoreError, silentLog } from '@gatehouse/core';
import { expect, onTestFinished, test } from 'vitest';
import { type Connection, migrate, RdbmsStore } from '../index.ts';
import { patient } from './conformance-target.test-support.ts';
import { limitedUser } from './limited-user.test-support.ts';
import { attempt, newGrant, newToken } from './records.test-support.ts';
import { ALL_SERVERS, onEach, type Served } from './servers.test-support.ts';

const POSTGRESQL: readonly Served[] = ['postgresql15', 'postgresql18'];
const MYSQL: readonly Served[] = ['mysql9', 'mariadb10', 'mariadb11'];

function storeOn(connection: Connection, log: Log = silentLog): RdbmsStore {
  const store = new RdbmsStore({ connection, namespace: 'https://a.example', log });
  onTestFinished(() => store.close());
  return store;
}

async function refusal(connection: Connection, log?: Log): Promise<string> {
  const error = await storeOn(connection, log)
    .open()
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreError);
  expect((error as StoreError).kind).toBe('config');
  return (error as StoreError).message;
}

await onEach(ALL_SERVERS, (server, product) => {
  const migrated = async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    return { ...database, url: patient(database.url), outside };
  };

  test('a wrong password is said at once, not waited for', async () => {
    const { url } = await migrated();
    const wrong = new URL(url);
    wrong.username = 'nobody_of_that_name';
    wrong.password = 'hunter2';
    const message = await refusal(wrong);
    expect(message).toMatch(/refuses user or password/);
    expect(message).not.toContain('hunter2');
  });

  test('a database that is not there is said at once', async () => {
    const { url } = await migrated();
    const missing = new URL(url);
    missing.pathname = '/gatehouse_missing';
    expect(await refusal(missing)).toMatch(/not there: create it/);
  });

  test('a server that does not answer is waited for, and then said', async () => {
    const { url } = await migrated();
    const nowhere = new URL(url);
    nowhere.port = '9';
    // Longer than the first try takes, on a busy machine too: it is said where there is time for another.
    nowhere.searchParams.set('timeouts.startMs', '5000');
    const said: string[] = [];
    const log: Log = { ...silentLog, info: (_, sentence) => said.push(sentence) };
    expect(await refusal(nowhere, log)).toMatch(/did not answer within 5 s/);
    expect(said[0]).toMatch(/^Waiting for /);
  });

  test('[SEC-49] a server without TLS is refused where TLS was asked for', async () => {
    const { url } = await migrated();
    const secured = { url: url.href, tls: { serverName: 'db.example' } };
    expect(await refusal(secured)).toMatch(/TLS|SSL/);
  });

  test('a user who lacks a right is told which', async () => {
    const { url, outside } = await migrated();
    const { who, url: limited } = await limitedUser(outside, url);
    const store = storeOn(limited);
    await store.open();
    // The four verbs and nothing more are enough for everything.
    const grant = newGrant();
    expect(await store.write({ attempt: attempt(), add: [grant, newToken(grant.key)] })).toBe('written');
    expect(await store.revoke({ grants: [grant.key] }, Date.now(), 'test')).toBe(1);
    expect(await store.sweep({ at: Date.now(), batch: 10, budgetMs: 5_000 })).toMatchObject({
      complete: true,
      errors: {},
    });
    await outside.query(`REVOKE DELETE ON oauth_replay FROM ${who}`);
    expect(await refusal(limited)).toMatch(/may not DELETE on oauth_replay: GRANT it/);
  });
});

await onEach(POSTGRESQL, (server, product) => {
  test('[store-49] a collation that ignores case is refused', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    await outside.query("CREATE COLLATION anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
    await outside.query('ALTER TABLE oauth_replay ALTER COLUMN nonce_hash TYPE varchar(43) COLLATE anycase');
    expect(await refusal(patient(database.url))).toMatch(/without their case: .*collation/);
  });

  test('the scripts end with what to do on a database that takes no writes', async () => {
    const database = await server.createDatabase();
    try {
      await database.run(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
      await expect(migrate({ connection: patient(database.url) })).rejects.toMatchObject({
        kind: 'config',
        message: expect.stringMatching(/read-only transaction: the server takes no writes; name the primary\.$/),
      });
    } finally {
      await database.drop();
    }
  });

  test('[store-49] a read-only database is refused, and one that becomes it costs no restart', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    const store = storeOn(patient(database.url));
    await store.open();
    const readOnly = (on: boolean): Promise<unknown> =>
      outside.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = ${on ? 'on' : 'off'}`);
    const others = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database.name}' AND pid <> pg_backend_pid()`;
    await readOnly(true);
    await outside.query('SET default_transaction_read_only = off');
    await outside.query(others);
    expect(await refusal(patient(database.url))).toMatch(/read-only.* name the primary/);
    await expect(store.write({ attempt: attempt(), add: [newToken(null)] })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/no writes/),
    });
    await readOnly(false);
    // The connection that said read-only is gone; a new one hears that all is well.
    expect(await store.write({ attempt: attempt(), add: [newToken(null)] })).toBe('written');
  });

  test('tables in a schema of their own are found there', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    await outside.query('CREATE SCHEMA "Oauth_1"');
    const url = patient(database.url);
    url.searchParams.set('schema', 'Oauth_1');
    expect(await migrate({ connection: url })).toMatchObject({ from: null, to: 1 });
    expect(await migrate({ connection: url })).toMatchObject({ from: 1, ran: [] });
    const store = storeOn(url);
    await store.open();
    await store.write({ attempt: attempt(), add: [newToken(null)] });
    const [row] = await outside.query('SELECT COUNT(*) AS n FROM "Oauth_1".oauth_access_token');
    expect(Number(row?.['n'])).toBe(1);
    expect(
      await outside.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'oauth%'"),
    ).toEqual([]);
  });
});

await onEach(MYSQL, (server, product) => {
  test('[store-49] a collation that ignores case, and letters that are lost, are refused', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    await outside.query(
      'ALTER TABLE oauth_replay MODIFY nonce_hash varchar(43) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL',
    );
    expect(await refusal(patient(database.url))).toMatch(/without their case: .*collation/);
    await outside.query(
      'ALTER TABLE oauth_replay MODIFY nonce_hash varchar(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL',
    );
    await outside.query('ALTER TABLE oauth_session MODIFY data mediumtext CHARACTER SET latin1 NOT NULL');
    expect(await refusal(patient(database.url))).toMatch(/every letter|utf8mb4/);
  });
});
