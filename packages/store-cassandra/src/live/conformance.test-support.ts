import { CASES, formatFailure, isFailure, runCase, type StoreTarget } from '@gatehouse/conformance';
import type { Provision } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { cassandraTarget, type Nodes, type Pair } from './conformance-target.test-support.ts';
import { LONG } from './long-runs.test-support.ts';

const CASE_MS = 300_000;

/** What only counts rows is proved by a part of them. */
const GROWTH = /^store-(?:30|31-many|67)|^flow-old-generations/;
/** Shares of the contract's numbers: of rows, and of the rounds of races. */
const ROWS = 0.005;
const ROUNDS = 0.05;
const ROUNDS_LONG = 0.1;

/** Levels are those of access tokens alone: the cases in which one is written or looked for. */
const TOKENS =
  /^store-(?:01|05|07|16|20|26|27|28-client|29|32-namespaces|44|59|61|68)|^flow-(?:code-with|one-|lost|client-cred|revocation|unknown)/;

/** The level of reads and the one of writes, of four pairs, and whether the whole suite runs at them each time. */
const PAIRS = ['ONE/ANY', 'QUORUM/QUORUM', 'ONE/ONE', 'LOCAL_QUORUM/LOCAL_QUORUM'] as const;
export type PairName = (typeof PAIRS)[number];

interface Run {
  readonly pair: PairName;
  readonly part: (id: string) => boolean;
}

const everything = (): boolean => true;

/** The whole suite at one pair, and what the levels matter for at others; with `TEST_CASSANDRA_LONG=1` all of it at all. */
export function runs(whole: PairName | null, tokens: readonly PairName[] = []): readonly Run[] {
  if (LONG) return PAIRS.map((pair) => ({ pair, part: everything }));
  return [
    ...(whole === null ? [] : [{ pair: whole, part: everything }]),
    ...tokens.map((pair) => ({ pair, part: (id: string) => TOKENS.test(id) })),
  ];
}

export interface Proof<N extends Nodes> {
  /** For people, where there are none: `one node`. */
  readonly what: string;
  readonly nodes: Provision<N>;
  readonly copies: number;
  readonly runs: readonly Run[];
  /** What can be done to these nodes. */
  readonly ports: (nodes: N) => Partial<StoreTarget>;
}

/** The suite on nodes of this file's own: the other server in another process. */
export function proveOn<N extends Nodes & { close(): Promise<void> }>(proof: Proof<N>): void {
  const { what, nodes, copies, ports } = proof;
  if (!nodes.available) {
    test(`store conformance: cassandra, ${what}`, (context) => context.skip(nodes.reason));
    return;
  }
  const { value } = nodes;
  afterAll(() => value.close());
  for (const { pair: name, part } of proof.runs) {
    const [read, write] = name.split('/') as [Pair['read'], Pair['write']];
    prove(`${value.what}, ${name}`, part, async () => {
      const { target, close } = await cassandraTarget(value, { read, write }, copies);
      return { target: { ...target, ...ports(value) }, close };
    });
  }
}

function prove(
  what: string,
  part: Run['part'],
  start: () => Promise<{ readonly target: StoreTarget; readonly close: () => Promise<void> }>,
): void {
  describe(`store conformance: ${what}`, () => {
    let started: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      started = await start();
    });
    afterAll(() => started?.close());
    for (const each of CASES.filter(({ id }) => part(id))) {
      const proves = (each.proves ?? []).map((id) => ` [${id}]`).join('');
      it(`[${each.id}]${proves} ${each.promise}`, { timeout: 2 * CASE_MS }, async (context) => {
        const scale = GROWTH.test(each.id) ? ROWS : LONG ? ROUNDS_LONG : ROUNDS;
        const result = await runCase(each, { ...started.target, scale, caseMs: CASE_MS });
        if (result.outcome === 'skipped') context.skip(result.reason ?? '');
        if (isFailure(result)) expect.fail(formatFailure(result));
      });
    }
  });
}
