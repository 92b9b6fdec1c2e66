import { splitScript } from '@gatehouse/connection';
import type { StoreError } from '@gatehouse/core';
import { type DatabaseServer, databaseServer } from '@gatehouse/testkit';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { migrate, RdbmsStore, schemaState } from '../index.ts';
import { wholeSchema } from '../migrate/scripts.ts';
import { patient } from './conformance-target.test-support.ts';
import { DB2 } from './db2.test-support.ts';
import { StatementCutter } from './statement-cutter.test-support.ts';

/** EXCSQLIMM (0x200A) or EXCSQLSTT (0x200B), which begin with the name of a package (0x0044 bytes, 0x2113). */
const EXECUTED = / [\n\v]\WD!\W/;

const server = await databaseServer('db2');
if (!server.available) test('migrate on Db2', (context) => context.skip(server.reason));
else describe(server.value.what, () => prove(server.value));

function prove(found: DatabaseServer): void {
  afterAll(() => found.close());

  async function empty() {
    const database = await found.createDatabase();
    onTestFinished(() => database.drop());
    const outside = await DB2.connect(database.url);
    onTestFinished(() => outside.end());
    return { url: patient(database.url), outside };
  }

  const opening = (connection: URL): Promise<string> => {
    const store = new RdbmsStore({ connection, namespace: 'https://a.example', clockToleranceMs: 2_000 });
    onTestFinished(() => store.close());
    return store.open().then(
      () => 'opened',
      (error: StoreError) => error.message,
    );
  };

  test('a migration that is cut off at any of its statements is finished by the next', async () => {
    const { url } = await empty();
    const cutter = await StatementCutter.start(found, DB2.wire, EXECUTED);
    onTestFinished(() => cutter.close());
    const through = new URL(url);
    through.port = String(cutter.port);
    const statements = splitScript(wholeSchema('db2', 1).text).length;
    // Before them come two for the limit of locks: the pool's, whose connection is made again, and that of the migration.
    for (let index = 0; index <= statements; index++) {
      cutter.cutAt(1 + index, index % 2 === 0 ? 'before' : 'after');
      await expect(migrate({ connection: through }), `cut at ${index}`).rejects.toMatchObject({ kind: 'config' });
    }
    cutter.cutAt(null);
    await migrate({ connection: through });
    expect((await schemaState({ connection: url })).pending).toEqual([]);
    expect(await opening(url)).toBe('opened');
  });

  test('[store-49] another schema than this server knows is refused, a newer one within its range is taken', async () => {
    const { url, outside } = await empty();
    await migrate({ connection: url });
    await outside.query('ALTER TABLE oauth_grant ADD COLUMN later_idea BIGINT');
    await outside.query(
      "INSERT INTO oauth_schema (version, applied_at, checksum, minimum_version) VALUES (2, 0, '-', 1)",
    );
    expect(await opening(url)).toBe('opened');
    await outside.query('UPDATE oauth_schema SET minimum_version = 2 WHERE version = 2');
    expect(await opening(url)).toMatch(/runs no server that knows only 1: upgrade the server/);
    await outside.query('DELETE FROM oauth_schema');
    expect(await opening(url)).toMatch(/was not finished: run `gatehouse migrate`/);
  });
}
