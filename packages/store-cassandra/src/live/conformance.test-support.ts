import { CASES, formatFailure, isFailure, runCase, type StoreTarget } from '@gatehouse/conformance';
import { type CassandraCluster, type CassandraOptions, cassandraCluster } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { cassandraTarget, type Pair } from './conformance-target.test-support.ts';
import { LONG } from './long-runs.test-support.ts';

const CASE_MS = 300_000;

/** What only counts rows is proved by a part of them. */
const GROWTH = /^store-(?:30|31-many|67)|^flow-old-generations/;
const ROWS = 0.02;
/** Of the rounds of races; what is decided does not depend on the levels that the other runs choose. */
const ROUNDS = { more: 0.1, few: 0.03 } as const;

interface Run {
  readonly pair: Pair;
  /** The cases of it, as far as the tests run them each time; the guide says which. */
  readonly part: (id: string) => boolean;
}

const everything = (): boolean => true;

/** In the order of the suite. */
export function upTo(last: string, ...without: readonly string[]): Run['part'] {
  const end = CASES.findIndex(({ id }) => id === last);
  if (end < 0) throw new RangeError(`There is no case ${last}.`);
  const ids = new Set(CASES.slice(0, end + 1).map(({ id }) => id));
  return (id) => ids.has(id) && !without.includes(id);
}

const WEAKEST: Pair = { read: 'ONE', write: 'ANY' };
const OVERLAPPING: Pair = { read: 'QUORUM', write: 'QUORUM' };

/** These parts; with `TEST_CASSANDRA_LONG=1` the whole suite at four pairs. */
export function runs(weakest: Run['part'], overlapping?: Run['part']): readonly Run[] {
  if (!LONG)
    return [
      { pair: WEAKEST, part: weakest },
      ...(overlapping === undefined ? [] : [{ pair: OVERLAPPING, part: overlapping }]),
    ];
  const others: readonly Pair[] = [
    { read: 'ONE', write: 'ONE' },
    { read: 'LOCAL_QUORUM', write: 'LOCAL_QUORUM' },
  ];
  return [WEAKEST, OVERLAPPING, ...others].map((pair) => ({ pair, part: everything }));
}

/** The suite on a cluster of this file's own: the other server in another process. */
export async function proveOn(
  options: CassandraOptions,
  all: readonly Run[],
  more: (cluster: CassandraCluster) => Partial<StoreTarget>,
): Promise<void> {
  const { nodes = 1 } = options;
  const cluster = await cassandraCluster(options);
  if (!cluster.available) {
    test(`store conformance: cassandra, ${nodes} nodes`, (context) => context.skip(cluster.reason));
    return;
  }
  afterAll(() => cluster.value.close());
  for (const [index, { pair, part }] of all.entries()) {
    const rounds = nodes === 1 && index === 0 ? 'more' : 'few';
    prove(`${cluster.value.what}, ${pair.read}/${pair.write}`, rounds, part, async () => {
      const { target, close } = await cassandraTarget(cluster.value, pair, Math.min(3, nodes));
      return { target: { ...target, ...more(cluster.value) }, close };
    });
  }
}

function prove(
  what: string,
  rounds: keyof typeof ROUNDS,
  part: Run['part'],
  start: () => Promise<{ readonly target: StoreTarget; readonly close: () => Promise<void> }>,
): void {
  describe(`store conformance: ${what}`, () => {
    let started: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      started = await start();
    }, CASE_MS);
    afterAll(() => started?.close());
    for (const each of CASES.filter(({ id }) => part(id))) {
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
