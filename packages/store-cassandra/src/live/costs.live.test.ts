import { randomBytes } from 'node:crypto';
import { cassandraCluster } from '@gatehouse/testkit';
import { afterAll, expect, test } from 'vitest';
import { CassandraStore } from '../index.ts';
import { freshKeyspace, type Pair, patient, TOLERANCE } from './conformance-target.test-support.ts';
import { LONG } from './long-runs.test-support.ts';
import { newGrant, newKey, newToken } from './records.test-support.ts';

const PAIRS: readonly Pair[] = [
  { read: 'ONE', write: 'ANY' },
  { read: 'ONE', write: 'ONE' },
  { read: 'ONE', write: 'QUORUM' },
  { read: 'LOCAL_QUORUM', write: 'LOCAL_QUORUM' },
  { read: 'QUORUM', write: 'QUORUM' },
  { read: 'ONE', write: 'ALL' },
];
const ROUNDS = 200;
/** Until nodes and driver have compiled what they do all the time. */
const WARM_UP = 50;

const REASON = 'It proves nothing and measures what each level costs; TEST_CASSANDRA_LONG=1 prints the table.';
const cluster = LONG ? await cassandraCluster({ nodes: 3 }) : ({ available: false, reason: REASON } as const);

if (!cluster.available) test('what each level costs', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  afterAll(() => value.close());

  test('what each level costs, each in turn, so that all meet the same machine', { timeout: 900_000 }, async () => {
    const keyspace = await freshKeyspace(value);
    const stores = PAIRS.map((pair) => ({
      name: `${pair.read}/${pair.write}`,
      store: new CassandraStore({
        connection: patient(value, keyspace, pair),
        ...{ namespace: 'costs', clockToleranceMs: TOLERANCE },
      }),
      took: new Map<string, number[]>(),
    }));
    for (const { store } of stores) await store.open();
    try {
      for (let round = 0; round < ROUNDS + WARM_UP; round++)
        for (const { store, took } of stores) {
          const timed = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
            const began = performance.now();
            const result = await call();
            if (round >= WARM_UP) took.set(what, [...(took.get(what) ?? []), performance.now() - began]);
            return result;
          };
          const attempt = randomBytes(16).toString('base64url');
          const grant = newGrant({ subject: newKey() });
          await timed('add a grant', () => store.write({ attempt, add: [grant] }));
          const token = newToken(grant.key);
          const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1}' } as const;
          await timed('change it, and add a token', () =>
            store.write({ attempt: `${attempt}2`, change, add: [token] }),
          );
          const found = await timed('find the token', () => store.find('access_token', token.key));
          expect(found?.key).toBe(token.key);
          await timed('find an unknown one', () => store.find('access_token', newKey()));
        }
      for (const { name, took } of stores)
        process.stdout.write(
          `${name}: ${[...took].map(([what, all]) => `${what} ${share(all, 0.5)} (${share(all, 0.95)})`).join(', ')}\n`,
        );
    } finally {
      for (const { store } of stores) await store.close();
    }
  });
}

/** Milliseconds that so many of them did not exceed. */
function share(all: readonly number[], part: number): string {
  const sorted = [...all].sort((a, b) => a - b);
  return (sorted[Math.floor(part * sorted.length)] ?? Number.NaN).toFixed(1);
}
