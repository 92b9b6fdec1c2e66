import { randomBytes } from 'node:crypto';
import { globSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Key, NewRegister } from '@gatehouse/core';
import { cassandraCluster } from '@gatehouse/testkit';
import type { Client } from 'cassandra-driver';
import { afterAll, expect, test } from 'vitest';
import { CassandraStore } from '../index.ts';
import { TABLES } from '../schema/tables.ts';
import { freshKeyspace } from './conformance-target.test-support.ts';
import { LONG } from './long-runs.test-support.ts';
import { onCluster } from './on-cluster.test-support.ts';
import { newKey, newToken } from './records.test-support.ts';

/** Rounds of a load whose records live for two seconds, as theirs do for hours. */
const ROUNDS = 90;
const SIGN_INS = 10;
const LIFE_MS = 2_000;
/** Dead cells that a read may meet: those of what ended since the last files were put together. */
const MOST_DEAD = 50;
/** Bytes: less is a file or two. What grew without end would be three times of the first third's in the last. */
const LITTLE = 8_192;

const REASON = 'Minutes of a load whose records end within seconds; TEST_CASSANDRA_LONG=1 runs it.';
const cluster = LONG ? await cassandraCluster() : ({ available: false, reason: REASON } as const);

if (!cluster.available) test('the space of what has ended', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  afterAll(() => value.close());

  test('[AX-195] under a load whose records end, no table grows, and no read meets more than a few that have ended', {
    timeout: 1_800_000,
  }, async () => {
    const keyspace = await freshKeyspace(value);
    await onCluster(value, (client) => inSmall(client, keyspace));
    const connection = `${value.url(keyspace)}&timeouts.callMs=120000&timeouts.statementMs=60000`;
    const store = new CassandraStore({ connection, namespace: 'space', clockToleranceMs: 0 });
    await store.open();
    const sizes = new Map<string, number[]>(TABLES_THAT_END.map((table) => [table, []]));
    try {
      for (let round = 0; round < ROUNDS; round++) {
        await Promise.all(Array.from({ length: SIGN_INS }, (_, index) => signIn(store, index)));
        for (const [table, seen] of sizes) seen.push(bytesOf(path.join(value.folder(1), 'data', keyspace), table));
        await sleep(LIFE_MS);
      }
    } finally {
      await store.close();
    }
    const dead = await onCluster(value, async (client) => {
      const { rows } = await client.execute(
        `SELECT table_name, max FROM system_views.tombstones_per_read WHERE keyspace_name = '${keyspace}'`,
      );
      return Object.fromEntries(rows.map((row) => [String(row['table_name']), Number(row['max'])]));
    });
    const thirds = [...sizes].map(([table, seen]) => [table, [0, 1, 2].map((third) => peakOf(seen, third))] as const);
    process.stdout.write(`Peaks of each third, bytes: ${JSON.stringify(Object.fromEntries(thirds))}\n`);
    process.stdout.write(`Dead cells that a read met, at most: ${JSON.stringify(dead)}\n`);
    for (const [table, [first = 0, , last = 0]] of thirds) expect(last, table).toBeLessThan(2 * first + LITTLE);
    for (const [table, most] of Object.entries(dead)) expect(most, table).toBeLessThan(MOST_DEAD);
  });
}

const TABLES_THAT_END = Object.keys(TABLES).filter((table) => table !== 'oauth_schema');

/**
 * The time for which what ended is remembered, and the windows of files, made small in the measure in which lives are; and
 * what is in memory goes to a file each second.
 */
async function inSmall(client: Client, keyspace: string): Promise<void> {
  for (const table of TABLES_THAT_END) {
    const { rows } = await client.execute(
      `SELECT compaction FROM system_schema.tables WHERE keyspace_name = '${keyspace}' AND table_name = '${table}'`,
    );
    const windows = String(rows[0]?.['compaction']?.class).endsWith('TimeWindowCompactionStrategy')
      ? ` AND compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'MINUTES', 'compaction_window_size': 1, 'expired_sstable_check_frequency_seconds': 1}`
      : '';
    await client.execute(
      `ALTER TABLE ${keyspace}.${table} WITH gc_grace_seconds = 1 AND memtable_flush_period_in_ms = 1000${windows}`,
    );
  }
}

/** All that one sign-in leaves: a session and a grant, two changes of it, two tokens of which one is revoked, a nonce, a failure. */
async function signIn(store: CassandraStore, index: number): Promise<void> {
  const now = Date.now();
  const life = { expiresAt: now + LIFE_MS, purgeAt: now + LIFE_MS };
  const of = { clientId: `client-${index % 3}`, subject: `owner-${index}`, data: '{}', createdAt: now, ...life };
  const grant: NewRegister = { kind: 'grant', key: newKey(), sessionId: newKey(), state: '{"v":1}', ...of };
  const session: NewRegister = { kind: 'session', key: newKey(), sessionId: null, state: '{"v":1}', ...of };
  const attempt = (): string => randomBytes(16).toString('base64url');
  await store.write({ attempt: attempt(), add: [session] });
  await store.write({ attempt: attempt(), add: [grant] });
  const tokens = [newToken(grant.key, life), newToken(grant.key, life)] as const;
  for (const [from, token] of tokens.entries())
    await store.write({
      attempt: attempt(),
      change: { kind: 'grant', key: grant.key, from: from + 1, state: `{"v":1,"step":${from}}` },
      add: [token],
    });
  await store.revoke({ token: tokens[0].key }, now, 'test');
  await store.once('space', newKey(), now, now + LIFE_MS, attempt());
  await store.count('failures', keyOfOwner(index), now, LIFE_MS, 1);
  if (index % 4 === 0) await store.clear('failures', keyOfOwner(index));
  await store.list('grant', { subject: `owner-${index}` }, { limit: 10 });
  if (index % 2 === 0) await store.revoke({ grants: [grant.key] }, now, 'test');
}

function keyOfOwner(index: number): Key {
  return Buffer.from(`owner-${index}`.padEnd(32, '.')).toString('base64url') as Key;
}

function peakOf(seen: readonly number[], third: number): number {
  return Math.max(0, ...seen.slice(Math.floor((third * seen.length) / 3), Math.floor(((third + 1) * seen.length) / 3)));
}

/** What a table takes in the files of a keyspace. */
function bytesOf(folder: string, table: string): number {
  return globSync(path.join(folder, `${table}-*`, '*-Data.db')).reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
