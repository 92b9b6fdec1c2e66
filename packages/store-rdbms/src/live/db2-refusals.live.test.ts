import { StoreError } from '@gatehouse/core';
import { type DatabaseServer, databaseServer, startTcpProxy } from '@gatehouse/testkit';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Connection, migrate, RdbmsStore } from '../index.ts';
import { patient } from './conformance-target.test-support.ts';
import { DB2 } from './db2.test-support.ts';
import { attempt, newToken } from './records.test-support.ts';

// What Db2 refuses a store, and what a store refuses of Db2, in the words that an operator needs.

const server = await databaseServer('db2');
if (!server.available) test('what Db2 refuses', (context) => context.skip(server.reason));
else describe(server.value.what, () => prove(server.value));

function storeOn(connection: Connection): RdbmsStore {
  const store = new RdbmsStore({ connection, namespace: 'https://a.example', clockToleranceMs: 2_000 });
  onTestFinished(() => store.close());
  return store;
}

async function opening(connection: Connection): Promise<string> {
  const error = await storeOn(connection)
    .open()
    .then(
      () => null,
      (thrown: unknown) => thrown,
    );
  if (error === null) return 'opened';
  expect(error).toBeInstanceOf(StoreError);
  expect((error as StoreError).kind).toBe('config');
  return (error as StoreError).message;
}

function prove(found: DatabaseServer): void {
  const database = found.createDatabase();
  const ready = database.then(async ({ url }) => {
    await migrate({ connection: patient(url) });
    return url;
  });
  const outside = ready.then((url) => DB2.connect(url));
  afterAll(async () => {
    await (await outside).end();
    await (await database).drop();
    await found.close();
  });

  test('[store-49] a wrong user or password is said at once, and the password is not', async () => {
    const url = patient(await ready);
    url.username = 'nobody_here';
    url.password = 'hunter2';
    const said = await opening(url);
    expect(said).toBe(
      `The database refuses user or password of the store: user nobody_here at ${url.host}, database ${url.pathname.slice(1)}.`,
    );
  });

  test('[store-49] a database that is not there is said at once', async () => {
    const url = patient(await ready);
    url.pathname = '/NOWHERE';
    expect(await opening(url)).toContain(`create it, or name another than database NOWHERE at ${url.host}`);
  });

  test('a password that changes is asked for again with every new connection', async (context) => {
    if (!found.what.includes('Derby')) context.skip("Db2's users are the operating system's: none can be made here.");
    const user = 'turning';
    let password = 'the first';
    const set = async (value: string | null): Promise<void> => {
      const text = value === null ? 'NULL' : `'${value}'`;
      await (await outside).query(`CALL SYSCS_UTIL.SYSCS_SET_DATABASE_PROPERTY('derby.user.${user}', ${text})`);
    };
    await set(password);
    onTestFinished(() => set(null));
    const proxy = await startTcpProxy(found);
    onTestFinished(() => proxy.close());
    const url = patient(await ready);
    url.port = String(proxy.port);
    // None is given back before the test has done it.
    url.searchParams.set('pool.idleMs', '600000');
    url.username = user;
    url.password = '';
    const asked: string[] = [];
    const store = storeOn({
      url: url.href,
      password: async () => {
        asked.push(password);
        return password;
      },
    });
    await store.open();
    const written = (): Promise<string> =>
      store.write({ attempt: attempt(), add: [newToken(null)] }).catch((error: StoreError) => error.kind);
    password = 'the second';
    await set(password);
    // Connections that are there go on.
    expect(await written()).toBe('written');
    expect(new Set(asked)).toEqual(new Set(['the first']));
    proxy.cut();
    await written();
    expect(await written()).toBe('written');
    expect(asked.at(-1)).toBe('the second');
  });

  test('[store-49] tables without their keys are refused by name', async () => {
    const own = await found.createDatabase();
    onTestFinished(() => own.drop());
    await migrate({ connection: patient(own.url) });
    const inside = await DB2.connect(own.url);
    onTestFinished(() => inside.end());
    const url = patient(own.url);
    expect(await opening(url)).toBe('opened');
    await inside.query('ALTER TABLE oauth_replay DROP PRIMARY KEY');
    expect(await opening(url)).toMatch(/oauth_replay has no primary key \(tenant_id, nonce_hash\).*oauth-server\.sql/);
    await inside.query('ALTER TABLE oauth_replay ADD PRIMARY KEY (tenant_id, nonce_hash)');
    expect(await opening(url)).toBe('opened');
    await inside.query('DROP INDEX oauth_client_epoch_key');
    expect(await opening(url)).toMatch(/oauth_client_epoch has no unique index on \(tenant_id, epoch_key\)/);
    await inside.query('DROP TABLE oauth_session');
    expect(await opening(url)).toMatch(/oauth_session/);
  });

  test('[store-49] a database without the tables is refused, and the command is named', async () => {
    const own = await found.createDatabase();
    onTestFinished(() => own.drop());
    expect(await opening(patient(own.url))).toMatch(/gatehouse migrate/);
  });
}
