import { StoreError } from '@gatehouse/core';
import { startTcpProxy } from '@gatehouse/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { type Connection, migrate, RdbmsStore, schemaState } from '../index.ts';
import { patient } from './conformance-target.test-support.ts';
import { onEach } from './servers.test-support.ts';

const heard = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'nothing',
    (error: unknown) => {
      expect(error).toBeInstanceOf(StoreError);
      expect((error as StoreError).kind).toBe('config');
      return (error as StoreError).message;
    },
  );

function opening(connection: Connection): Promise<string> {
  const store = new RdbmsStore({ connection, namespace: 'https://a.example' });
  onTestFinished(() => store.close());
  return heard(store.open());
}

await onEach(['postgresql18', 'mysql9'], (server, product) => {
  const postgresql = server.what.startsWith('PostgreSQL');

  test('[store-49] a refusal of the connection names user, host and database, and waits for nothing', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    const url = patient(database.url);
    const [place, name] = [`${url.hostname}:${url.port}`, url.pathname.slice(1)];
    // Opening would wait for ten minutes; a test that waits for it fails at its own limit.
    url.searchParams.set('timeouts.startMs', '600000');
    const wrong = new URL(url);
    wrong.username = 'nobody_here';
    wrong.password = 'hunter2';
    expect(await opening(wrong)).toBe(
      `The database refuses user or password of the store: user nobody_here at ${place}, database ${name}.`,
    );
    const bare = new URL(url);
    bare.password = '';
    expect(await opening(bare)).toContain(`user ${bare.username} without a password at ${place}`);
    const missing = new URL(url);
    missing.pathname = '/nowhere_at_all';
    expect(await opening(missing)).toContain(`create it, or name another than database nowhere_at_all at ${place}`);
  });

  test('[store-49] what is refused leaves no connection behind', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    const url = patient(database.url);
    const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    onTestFinished(() => proxy.close());
    [url.hostname, url.port, url.password] = ['127.0.0.1', String(proxy.port), ''];
    url.searchParams.set('timeouts.startMs', '600000');
    expect(await opening(url)).toContain('without a password');
    // Well before the minute for which a server waits for one.
    await expect.poll(() => proxy.open(), { timeout: 30_000 }).toBe(0);
  });

  test('[store-49] a right to read that is missing is granted, not migrated', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    const user = `reader_${database.name.slice(-6)}`;
    const who = postgresql ? user : `'${user}'@'%'`;
    await outside.query(
      postgresql ? `CREATE ROLE ${user} LOGIN PASSWORD 'pw'` : `CREATE USER ${who} IDENTIFIED BY 'pw'`,
    );
    onTestFinished(async () => {
      if (postgresql) await outside.query(`DROP OWNED BY ${user}`);
      await outside.query(postgresql ? `DROP ROLE ${user}` : `DROP USER ${who}`);
    });
    await outside.query(`GRANT SELECT ON oauth_grant TO ${who}`);
    const url = patient(database.url);
    url.username = user;
    url.password = 'pw';
    expect(await opening(url)).toMatch(/may not SELECT on oauth_schema: GRANT it/);
  });
});

await onEach(['postgresql18'], (server, product) => {
  test('[store-49] the schema that was looked in is named', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    const url = patient(database.url);
    url.searchParams.set('schema', 'nosuch');
    expect(await opening(url)).toMatch(/no table oauth_schema in the schema nosuch\): name the schema where it is/);
    expect(await heard(migrate({ connection: url }))).toMatch(/create the schema nosuch, or name another/);
  });

  test('[store-49] an encoding that loses letters is refused before a table is made', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    const name = `${database.name}_ascii`;
    await outside.query(`CREATE DATABASE ${name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
    onTestFinished(async () => void (await outside.query(`DROP DATABASE ${name} WITH (FORCE)`)));
    const url = patient(database.url);
    url.pathname = `/${name}`;
    for (const ask of [migrate, schemaState])
      expect(await heard(ask({ connection: url }))).toMatch(/encoding is SQL_ASCII: create it with ENCODING 'UTF8'/);
    const inside = await product.connect(url.href);
    expect(await inside.query("SELECT 1 FROM pg_tables WHERE tablename LIKE 'oauth%'")).toEqual([]);
    await inside.end();
  });
});
