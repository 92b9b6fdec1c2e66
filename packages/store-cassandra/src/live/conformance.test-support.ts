import { CASES, formatFailure, isFailure, runCase, type StoreTarget } from '@gatehouse/conformance';
import { type CassandraCluster, type CassandraOptions, cassandraCluster } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { cassandraTarget, type Pair } from './conformance-target.test-support.ts';

const CASE_MS = 300_000;

/** What only counts rows is proved by a part of them. */
const GROWTH = /^store-(?:30|31-many|67)|^flow-old-generations/;
const ROWS = 0.02;
/** Of the rounds of races; what is decided does not depend on the levels that the other runs choose. */
const ROUNDS = { more: 0.1, few: 0.03 } as const;

/** The weakest pair, which is the default, and one that overlaps; the guide names those that are not proved. */
export const PAIRS: readonly Pair[] = [
  { read: 'ONE', write: 'ANY' },
  { read: 'QUORUM', write: 'QUORUM' },
];

/** The whole suite on a cluster of this file's own, at each pair of levels: the other node in another process. */
export async function proveOn(
  options: CassandraOptions,
  pairs: readonly Pair[],
  more: (cluster: CassandraCluster) => Partial<StoreTarget>,
): Promise<void> {
  const { nodes = 1 } = options;
  const cluster = await cassandraCluster(options);
  if (!cluster.available) {
    test(`store conformance: cassandra, ${nodes} nodes`, (context) => context.skip(cluster.reason));
    return;
  }
  afterAll(() => cluster.value.close());
  for (const [index, pair] of pairs.entries()) {
    const rounds = nodes === 1 && index === 0 ? 'more' : 'few';
    prove(`${cluster.value.what}, ${pair.read}/${pair.write}`, rounds, async () => {
      const { target, close } = await cassandraTarget(cluster.value, pair, Math.min(3, nodes));
      return { target: { ...target, ...more(cluster.value) }, close };
    });
  }
}

function prove(
  what: string,
  rounds: keyof typeof ROUNDS,
  start: () => Promise<{ readonly target: StoreTarget; readonly close: () => Promise<void> }>,
): void {
  describe(`store conformance: ${what}`, () => {
    let started: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      started = await start();
    }, CASE_MS);
    afterAll(() => started?.close());
    for (const each of CASES) {
      const proves = (each.proves ?? []).map((id) => ` [${id}]`).join('');
      it(`[${each.id}]${proves} ${each.promise}`, { timeout: 2 * CASE_MS }, async (context) => {
        const scale = GROWTH.test(each.id) ? ROWS : ROUNDS[rounds];
        const result = await runCase(each, { ...started.target, scale, caseMs: CASE_MS });
        if (result.outcome === 'skipped') context.skip(result.reason ?? '');
        if (isFailure(result)) expect.fail(formatFailure(result));
      });
    }
  });
}
