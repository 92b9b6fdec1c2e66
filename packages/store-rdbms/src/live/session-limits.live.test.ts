import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { silentLog } from '@gatehouse/core';
import type { DatabaseServer } from '@gatehouse/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { resolveConnection } from '../connection/resolve.ts';
import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open-database.ts';
import { dialectNamed } from '../dialects/index.ts';
import { migrate, RdbmsStore } from '../index.ts';
import { patient } from './conformance-target.test-support.ts';
import { attempt, newGrant } from './records.test-support.ts';
import { ALL_SERVERS, onEach } from './servers.test-support.ts';

const IDLE_S = 4;

/** What a session is to have, by what the server calls it. */
const LIMITS = {
  PostgreSQL: {
    statement_timeout: '2500',
    lock_timeout: '3000',
    idle_in_transaction_session_timeout: '10000',
    default_transaction_isolation: 'read committed',
  },
  MySQL: { max_execution_time: '2500', innodb_lock_wait_timeout: '3', wait_timeout: String(IDLE_S + 2) },
  MariaDB: { max_statement_time: '2.500000', innodb_lock_wait_timeout: '3', idle_transaction_timeout: '10' },
} as const;

/** Takes its time on any server. */
const LONG: Readonly<Record<string, string>> = {
  PostgreSQL: 'SELECT pg_sleep(60)',
  MySQL:
    'SELECT COUNT(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c',
};

/** A node that stops for good in the middle of a transaction, as a frozen machine does. */
const FROZEN = `
  const [folder, connection, tenant, key] = process.argv.slice(1);
  const load = (file) => import(new URL(file, folder).href);
  const { resolveConnection } = await load('connection/resolve.ts');
  const { openDatabase } = await load('database/open-database.ts');
  const { dialectNamed } = await load('dialects/index.ts');
  const { run } = await load('database/work.ts');
  const { writeSync } = await import('node:fs');
  const settings = resolveConnection(connection);
  const log = { debug() {}, info() {}, warn() {}, error() {}, isEnabled: () => false };
  const database = await openDatabase(dialectNamed(settings.dialect), settings, { log });
  const params = { tenant_id: tenant, key, from_version: 1, attempt: 'frozen', state: '{}', expires_at: 1, purge_at: 1 };
  const said = await database
    .transaction(function* () {
      yield* run('change_grant', params);
      writeSync(1, 'holds the row\\n');
      process.kill(process.pid, 'SIGSTOP');
      yield* run('change_grant', { ...params, from_version: 2 });
    })
    .then(() => 'committed', (error) => error.kind);
  writeSync(1, said);
  process.exit();
`;

async function migrated(server: DatabaseServer): Promise<URL> {
  const database = await server.createDatabase();
  onTestFinished(() => database.drop());
  await migrate({ connection: database.url });
  const url = patient(database.url);
  url.searchParams.set('pool.idleMs', String(IDLE_S * 1_000));
  return url;
}

await onEach(ALL_SERVERS, (server) => {
  const product = server.what.split(' ')[0] as keyof typeof LIMITS;

  test('each session is told its limits, and the server ends what takes longer', async () => {
    const url = await migrated(server);
    url.searchParams.set('timeouts.statementMs', '2500');
    const settings = resolveConnection(url.href);
    const dialect = dialectNamed(settings.dialect);
    const database: Database = await openDatabase(dialect, settings, { log: silentLog });
    onTestFinished(() => database.close(0));
    const names = Object.keys(LIMITS[product]);
    const { rows } = await database.raw.query(
      product === 'PostgreSQL'
        ? `SELECT name, setting AS value FROM pg_settings WHERE name IN ('${names.join("', '")}')`
        : `SHOW SESSION VARIABLES WHERE Variable_name IN ('${names.join("', '")}')`,
    );
    const told = Object.fromEntries(rows.map((row) => [row['name'] ?? row['variable_name'], row['value']]));
    expect(told).toEqual(LIMITS[product]);

    const refused = await database.raw.query(LONG[product] ?? LONG['MySQL'] ?? '').catch((error: unknown) => error);
    expect(dialect.faultOf(refused)).toBe('cancelled');
  });
});

/** It takes the server's ten seconds: on one of each maker. */
await onEach(['postgresql18', 'mysql9', 'mariadb11'], (server, product) => {
  test('a node that is frozen in the middle of a transaction does not hold its rows for good', async () => {
    const url = await migrated(server);
    const tenant = 'https://a.example';
    const store = new RdbmsStore({ connection: url, namespace: tenant });
    onTestFinished(() => store.close());
    await store.open();
    const grant = newGrant();
    await store.write({ attempt: attempt(), add: [grant] });

    const folder = new URL('../', import.meta.url).href;
    const frozen = spawn(
      process.execPath,
      ['--input-type=module', '--eval', FROZEN, folder, url.href, tenant, grant.key],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void frozen.kill('SIGKILL'));
    let said = '';
    frozen.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await once(frozen.stdout, 'data');
    expect(said).toBe('holds the row\n');

    const outside = await product.connect(url.href);
    onTestFinished(() => outside.end());
    await expect(
      outside.query(`SELECT version FROM oauth_grant WHERE grant_key = '${grant.key}' FOR UPDATE NOWAIT`),
    ).rejects.toThrow(/lock/i);

    const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
    const write = { attempt: attempt(), change };
    const answer = (): Promise<string> => store.write(write).catch((error: { kind: string }) => error.kind);
    // It waits its time for the row, and may be told that it did not get it, until the server has ended who holds it.
    const answers = [await answer()];
    while (answers.at(-1) !== 'written') answers.push(await answer());
    expect(answers).not.toContain('outdated');
    expect(frozen.exitCode ?? frozen.signalCode).toBe(null);

    // What it goes on with finds its transaction gone, and nothing of it stays.
    frozen.kill('SIGCONT');
    // With its output read: a process ends before what it wrote last has come.
    await once(frozen, 'close');
    expect(said).toMatch(/(?:unavailable|timeout)$/);
    expect(await store.find('grant', grant.key)).toMatchObject({ version: 2, state: change.state });
  });
});
