import { CASES, formatFailure, isFailure, runCase, type StoreTarget } from '@gatehouse/conformance';
import { type CassandraCluster, type CassandraOptions, cassandraCluster } from '@gatehouse/testkit';
import { afterAll, describe, expect, it, test } from 'vitest';
import { cassandraTarget, type Pair } from './conformance-target.test-support.ts';

const CASE_MS = 300_000;

/** What only counts rows is proved by a part of them. */
const GROWTH = /^store-(?:30|31-many|67)|^flow-old-generations/;
const ROWS = 0.02;
/** Races have all their rounds once; what is decided does not depend on the levels that the other runs choose. */
const ROUNDS = { all: 1, some: 0.05 } as const;

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
  const closings: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const close of closings) await close();
    await cluster.value.close();
  });
  for (const [index, pair] of pairs.entries()) {
    const { target, close } = await cassandraTarget(cluster.value, pair, Math.min(3, nodes));
    closings.push(close);
    prove({ ...target, ...more(cluster.value) }, nodes === 1 && index === 0 ? 'all' : 'some');
  }
}

function prove(target: StoreTarget, rounds: keyof typeof ROUNDS): void {
  describe(`store conformance: ${target.name}`, () => {
    for (const each of CASES) {
      const proves = (each.proves ?? []).map((id) => ` [${id}]`).join('');
      it(`[${each.id}]${proves} ${each.promise}`, { timeout: 2 * CASE_MS }, async (context) => {
        const scale = GROWTH.test(each.id) ? ROWS : ROUNDS[rounds];
        const result = await runCase(each, { ...target, scale, caseMs: CASE_MS });
        if (result.outcome === 'skipped') context.skip(result.reason ?? '');
        if (isFailure(result)) expect.fail(formatFailure(result));
      });
    }
  });
}
