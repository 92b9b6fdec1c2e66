import { setTimeout as sleep } from 'node:timers/promises';
import { CASES, type Opening, runCase } from '@gatehouse/conformance';
import { databaseServer, startPgBouncer } from '@gatehouse/testkit';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { CAPABILITIES, patient, TOLERANCE } from './conformance-target.test-support.ts';
import { POSTGRESQL } from './product.test-support.ts';

/** What a pooler can get wrong: everything that is more than one statement, and whatever a session would remember. */
const CASES_HERE = CASES.filter(({ id }) => /^store-(?:00|01|05|07|1[4-9]|2[0-9]|31|36|39|43|65|69)/.test(id));

/** Drops what it cannot keep without a word, as its manual proposes for clients that insist. */
const FORGIVING = [
  'ignore_startup_parameters = statement_timeout,lock_timeout,idle_in_transaction_session_timeout,options',
];

const server = await databaseServer('postgresql18');
const [strict, forgiving] = server.available
  ? [await startPgBouncer(server.value), await startPgBouncer(server.value, { settings: FORGIVING })]
  : [];
if (!server.available) test('pgbouncer', (context) => context.skip(server.reason));
else if (!strict?.available) test('pgbouncer', (context) => context.skip(strict?.reason ?? ''));
else if (!forgiving?.available) test('pgbouncer', (context) => context.skip(forgiving?.reason ?? ''));
else
  describe(`pgbouncer in transaction mode before ${server.value.what}`, async () => {
    const database = await server.value.createDatabase();
    afterAll(async () => {
      await strict.value.close();
      await forgiving.value.close();
      await database.drop();
      await server.value.close();
    });
    const direct = patient(database.url).href;
    const through = (url: string): string => {
      const told = new URL(url);
      told.searchParams.set('pooler', 'transaction');
      return told.href;
    };
    const connection = through(strict.value.url(direct));
    await migrate({ connection });

    test.each([
      ['that refuses what it cannot keep', strict.value.url(direct)],
      ['that drops it without a word', forgiving.value.url(direct)],
    ])('one %s is noticed, and the setting named', async (_, untold) => {
      const store = new RdbmsStore({ connection: untold, namespace: 'https://a.example' });
      onTestFinished(() => store.close());
      await expect(store.open()).rejects.toMatchObject({
        kind: 'config',
        message: expect.stringMatching(/pooler .*stands between.*pooler=transaction/),
      });
    });

    test.each(CASES_HERE.map((each) => [each.id, each] as const))('%s', async (_, each) => {
      const open = ({ namespace, clock, log }: Opening): RdbmsStore =>
        new RdbmsStore({ connection, namespace, clock, log, clockToleranceMs: TOLERANCE });
      const result = await runCase(each, {
        name: 'pgbouncer',
        capabilities: CAPABILITIES,
        open,
        sibling: open,
        advance: async (ms) => void (await sleep(ms)),
        scale: 0.1,
        caseMs: 120_000,
      });
      expect(result.violations).toEqual([]);
    });

    test('nothing is left behind for whoever has the connection next', async () => {
      const outside = await POSTGRESQL.connect(strict.value.url(database.url));
      onTestFinished(() => outside.end());
      expect(await outside.query('SELECT name FROM pg_prepared_statements')).toEqual([]);
      expect(
        await outside.query("SELECT name FROM pg_settings WHERE source = 'session' AND name <> 'application_name'"),
      ).toEqual([]);
    });
  });
