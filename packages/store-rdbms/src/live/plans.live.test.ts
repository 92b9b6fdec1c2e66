import { expect, test } from 'vitest';
import type { ManyId } from '../catalogue.ts';
import { CompiledCatalogue } from '../database/compiled-catalogue.ts';
import { dialectNamed } from '../dialects/index.ts';
import { migrate, RdbmsStore } from '../index.ts';
import { SWEPT, SWEPT_NAMES } from '../tables.ts';
import { patient } from './conformance-target.test-support.ts';
import type { Outside } from './product.test-support.ts';
import { attempt, newGrant, newToken } from './records.test-support.ts';
import { ALL_SERVERS, onEach } from './servers.test-support.ts';

/** A fifth of the million that the design names: the plan is the same from a few thousand on. */
const DEAD = 200_000;
const TENANT = 'https://a.example';

/** Rows that are all past their time, in all tables of size, made by the server itself. */
const DEAD_ROWS: Readonly<Record<'postgresql' | 'mysql', (table: string, columns: string, values: string) => string>> =
  {
    postgresql: (table, columns, values) =>
      `INSERT INTO ${table} (${columns}) SELECT ${values.replaceAll('HASH', "rpad(md5(n::text), 43, '_')")} FROM generate_series(1, ${DEAD}) n`,
    mysql: (table, columns, values) =>
      `INSERT INTO ${table} (${columns}) SELECT ${values.replaceAll('HASH', 'left(sha2(n, 256), 43)')}
       FROM (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 100000 * g.d AS n
               FROM ${'abcef'
                 .split('')
                 .map((name) => `(${digits(10)}) ${name}`)
                 .join(', ')}, (${digits(DEAD / 100_000)}) g) numbers`,
  };

function digits(count: number): string {
  return Array.from({ length: count }, (_, digit) => `SELECT ${digit} AS d`).join(' UNION ALL ');
}

/** Rows and pages that the server touches for one statement: what time is made of. */
const WORK: Readonly<Record<'postgresql' | 'mysql', (outside: Outside, text: string) => Promise<number>>> = {
  async postgresql(outside, text) {
    const rows = await outside.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`);
    const [plan] = (rows[0]?.['QUERY PLAN'] ?? []) as { Plan: Record<string, number> }[];
    return (plan?.Plan['Shared Hit Blocks'] ?? 0) + (plan?.Plan['Shared Read Blocks'] ?? 0);
  },
  async mysql(outside, text) {
    await outside.query('FLUSH STATUS');
    await outside.query(text);
    const rows = await outside.query("SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler_read%'");
    return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
  },
};

await onEach(ALL_SERVERS, async (server, product) => {
  const name = server.what.startsWith('PostgreSQL') ? 'postgresql' : 'mysql';
  const dialect = dialectNamed(name);

  test(`[store-59] with ${DEAD} dead rows every statement goes by an index, and costs what it cost without them`, {
    timeout: 300_000,
  }, async () => {
    const database = await server.createDatabase();
    await migrate({ connection: database.url });
    const outside = await product.connect(database.url);
    const store = new RdbmsStore({ connection: patient(database.url), namespace: TENANT });
    await store.open();
    try {
      const grant = newGrant();
      const token = newToken(grant.key);
      const nothing = newToken(null);
      await store.write({ attempt: attempt(), add: [grant, token] });
      const catalogue = new CompiledCatalogue(dialect, undefined);
      const found = catalogue.statement('find_access_token').text;
      const asked = (key: string): string => {
        const values = [TENANT, key];
        return found.replace(
          /\$(\d)|\?/g,
          (_, number?: string) => `'${number ? values[Number(number) - 1] : values.shift()}'`,
        );
      };
      const cost = async (): Promise<readonly number[]> => [
        await WORK[name](outside, asked(token.key)),
        await WORK[name](outside, asked(nothing.key)),
      ];
      await analyze(outside, name);
      const before = await cost();

      const dead = (table: string, columns: string, values: string): Promise<unknown> =>
        outside.query(DEAD_ROWS[name](table, columns, values));
      await dead(
        'oauth_access_token',
        'tenant_id, token_hash, client_id, client_epoch, issued_at, expires_at, purge_at, data',
        `'${TENANT}', HASH, 'app', 0, 0, 0, n, '{"v":1,"data":{}}'`,
      );
      await dead(
        'oauth_grant',
        'tenant_id, grant_key, version, attempt, client_id, subject_hash, sid_hash, created_at, expires_at, purge_at, client_epoch, data',
        `'${TENANT}', HASH, 1, 'a', 'app', HASH, HASH, 0, 0, n, 0, '{"v":1,"data":{}}'`,
      );
      await dead(
        'oauth_consent',
        'tenant_id, consent_key, version, attempt, client_id, subject_hash, created_at, expires_at, purge_at, data',
        `'${TENANT}', HASH, 1, 'a', 'app', HASH, 0, 0, n, '{"v":1,"data":{}}'`,
      );
      await dead(
        'oauth_session',
        'tenant_id, sid_hash, version, attempt, subject_hash, created_at, expires_at, purge_at, data',
        `'${TENANT}', HASH, 1, 'a', HASH, 0, 0, n, '{"v":1,"data":{}}'`,
      );
      await dead(
        'oauth_replay',
        'tenant_id, nonce_hash, attempt, expires_at, purge_at',
        `'${TENANT}', HASH, 'a', 0, n`,
      );
      await dead(
        'oauth_counter',
        'tenant_id, counter_hash, failures, window_end, purge_at',
        `'${TENANT}', HASH, 1, 0, n`,
      );
      await analyze(outside, name);

      const after = await cost();
      // A tree of 200 000 keys is two levels deeper than one of one key.
      for (const [index, work] of after.entries())
        expect(work, 'pages or rows touched by a look-up').toBeLessThanOrEqual((before[index] ?? 0) + 6);

      // Clients and their epochs are few, and listed or counted whole; a namespace that is swept alone is a scratch one.
      const whole =
        /^(?:own_|list_client|schema_version|backlog_client|oldest_client|purge_(?:pick_)?client|forget_|lease_)/;
      for (const { id, text } of catalogue.all) {
        // One row is added where it belongs: there is nothing to look for.
        if (whole.test(id) || id === 'clock' || /^INSERT INTO \S+ \([^)]*\) VALUES/.test(text)) continue;
        expect(await product.planOf(outside, text), `the index of ${id}: ${text}`).not.toBe(null);
      }
      const several: readonly ManyId[] = ['revoke_grants', 'purge_picked_access_token', 'purge_picked_grant'];
      for (const id of several.filter((one) => dialect.catalogue.many.has(one))) {
        const { text } = catalogue.manyOf(id, 8);
        expect(await product.planOf(outside, text), `the index of ${id}: ${text}`).toMatch(/pkey|PRIMARY/);
      }
      for (const swept of SWEPT_NAMES) {
        const purge = catalogue.all.find(({ id }) => id === `purge_${swept}` || id === `purge_pick_${swept}`);
        if (!whole.test(purge?.id ?? '') && purge)
          expect(await product.planOf(outside, purge.text), purge.id).toMatch(/purge/);
        expect(SWEPT[swept].table).toMatch(/^oauth_/);
      }
    } finally {
      await store.close();
      await outside.end();
      await database.drop();
    }
  });
});

async function analyze(outside: Outside, name: 'postgresql' | 'mysql'): Promise<void> {
  if (name === 'postgresql') await outside.query('VACUUM ANALYZE');
  else for (const { table } of Object.values(SWEPT)) await outside.query(`ANALYZE TABLE ${table}`);
}
