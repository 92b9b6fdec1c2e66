import { splitScript } from '@gatehouse/connection';
import { StoreError } from '@gatehouse/core';
import { expect, onTestFinished, test } from 'vitest';
import { migrate, RdbmsStore, schemaState } from '../index.ts';
import { wholeSchema } from '../migrate/scripts.ts';
import { patient } from './conformance-target.test-support.ts';
import { ALL_SERVERS, onEach } from './servers.test-support.ts';
import { StatementCutter } from './statement-cutter.test-support.ts';

const failure = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'no failure',
    (error: StoreError) => error.message,
  );

await onEach(ALL_SERVERS, (server, product) => {
  const empty = async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    return { url: patient(database.url).href, outside };
  };
  const storeOn = (connection: string): RdbmsStore => {
    const store = new RdbmsStore({ connection, namespace: 'https://issuer.example' });
    onTestFinished(() => store.close());
    return store;
  };
  const refusal = async (connection: string): Promise<string> => {
    const error = await storeOn(connection)
      .open()
      .then(
        () => null,
        (thrown: unknown) => thrown,
      );
    expect(error).toBeInstanceOf(StoreError);
    expect((error as StoreError).kind).toBe('config');
    return (error as StoreError).message;
  };

  test('an empty database is said to have no schema, gets it once, and needs nothing then', async () => {
    const { url } = await empty();
    expect(await schemaState({ connection: url })).toMatchObject({
      version: null,
      needed: 1,
      pending: [{ version: 1 }],
    });
    expect(await refusal(url)).toMatch(/no schema .*run `gatehouse migrate`/);
    expect(await migrate({ connection: url })).toMatchObject({
      from: null,
      to: 1,
      ran: [expect.stringMatching(/oauth-server\.sql$/)],
    });
    expect(await migrate({ connection: url })).toEqual({ from: 1, to: 1, ran: [] });
    expect((await schemaState({ connection: url })).pending).toEqual([]);
    await storeOn(url).open();
  });

  test('a migration that is cut off at any of its statements is finished by the next', async () => {
    const dialect = server.what.startsWith('PostgreSQL') ? 'postgresql' : 'mysql';
    const statements = splitScript(wholeSchema(dialect, 1).text);
    const cutter = await StatementCutter.start(server, product.wire, /CREATE|INSERT/);
    onTestFinished(() => cutter.close());
    const { url, outside } = await empty();
    const through = new URL(url);
    through.hostname = '127.0.0.1';
    through.port = String(cutter.port);
    let cuts = 0;
    for (const [index] of statements.entries()) {
      cutter.cutAt(index, index % 2 === 0 ? 'before' : 'after');
      const ended = await migrate({ connection: through }).then(
        () => 'done',
        (error: StoreError) => error.kind,
      );
      if (ended !== 'done') cuts++;
      if (ended === 'done') {
        // Tables that are there are passed over, so some engines come to the end before the last statement is cut.
        for (const table of ['oauth_schema', 'oauth_lease', 'oauth_counter'])
          await outside.query(`DROP TABLE ${table}`);
      }
    }
    cutter.cutAt(null);
    expect(cuts).toBeGreaterThan(statements.length / 2);
    await migrate({ connection: through });
    await storeOn(url).open();
  });

  test('[store-60] eight nodes at once make one schema', async () => {
    const { url, outside } = await empty();
    const reports = await Promise.all(Array.from({ length: 8 }, () => migrate({ connection: url })));
    expect(reports.filter(({ ran }) => ran.length > 0)).toHaveLength(1);
    expect(reports.every(({ to }) => to === 1)).toBe(true);
    const [row] = await outside.query('SELECT COUNT(*) AS n FROM oauth_schema');
    expect(Number(row?.['n'])).toBe(1);
  });

  test('[store-49] another schema than this server knows is refused, a newer one within its range is taken', async () => {
    const { url, outside } = await empty();
    await migrate({ connection: url });
    // As the next version will: a column that nobody here writes, and the least it takes to run on it.
    await outside.query('ALTER TABLE oauth_grant ADD COLUMN later_idea bigint');
    await outside.query(
      "INSERT INTO oauth_schema (version, applied_at, checksum, minimum_version) VALUES (2, 0, '-', 1)",
    );
    await storeOn(url).open();
    await outside.query('UPDATE oauth_schema SET minimum_version = 2 WHERE version = 2');
    for (const asked of [
      refusal(url),
      failure(schemaState({ connection: url })),
      failure(migrate({ connection: url })),
    ])
      expect(await asked).toMatch(/runs no server that knows only 1: upgrade the server/);
    await outside.query('UPDATE oauth_schema SET version = 0 WHERE version = 1');
    await outside.query('DELETE FROM oauth_schema WHERE version = 2');
    for (const asked of [
      refusal(url),
      failure(schemaState({ connection: url })),
      failure(migrate({ connection: url })),
    ])
      expect(await asked).toMatch(/has version 0 .*no script leads from there to 1: restore/);
    await outside.query('DELETE FROM oauth_schema');
    expect(await refusal(url)).toMatch(/was not finished: run `gatehouse migrate`/);
  });

  test('[store-49] a missing table is named', async () => {
    const { url, outside } = await empty();
    await migrate({ connection: url });
    await outside.query('DROP TABLE oauth_counter');
    expect(await refusal(url)).toMatch(/oauth_counter cannot be read, .*oauth-server\.sql by hand/);
  });
});
