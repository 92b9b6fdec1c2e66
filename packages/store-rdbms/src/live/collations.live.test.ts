import { expect, onTestFinished, test } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { patient } from './conformance-target.test-support.ts';
import { ALL_SERVERS, onEach } from './servers.test-support.ts';

/** Key columns of several tables, none of which a check writes to. */
const COLUMNS = [
  ['oauth_consent', 'tenant_id', 64],
  ['oauth_access_token', 'client_id', 255],
  ['oauth_client_epoch', 'epoch_key', 43],
] as const;

await onEach(ALL_SERVERS, (server, product) => {
  test('[store-49] whichever key column ignores case, its database is refused, and it is named', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    const url = patient(database.url);
    await migrate({ connection: url });
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    const opened = async (): Promise<unknown> => {
      const store = new RdbmsStore({ connection: url, namespace: 'https://a.example' });
      onTestFinished(() => store.close());
      return store.open();
    };
    const postgresql = server.what.startsWith('PostgreSQL');
    const anyCase = postgresql ? 'anycase' : 'ascii_general_ci';
    if (postgresql)
      await outside.query(
        "CREATE COLLATION anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
      );
    for (const [table, column, length] of COLUMNS) {
      const collate = (collation: string): Promise<unknown> =>
        outside.query(
          postgresql
            ? `ALTER TABLE ${table} ALTER COLUMN ${column} TYPE varchar(${length}) COLLATE ${collation}`
            : `ALTER TABLE ${table} MODIFY ${column} varchar(${length}) CHARACTER SET ascii COLLATE ${collation} NOT NULL`,
        );
      await collate(anyCase);
      await expect(opened()).rejects.toMatchObject({
        kind: 'config',
        message: expect.stringMatching(new RegExp(`without their case: .*collation.* ${table}\\.${column}\\.$`)),
      });
      await collate(postgresql ? '"C"' : 'ascii_bin');
    }
    await opened();
  });
});
