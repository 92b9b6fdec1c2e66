import { AssertionError } from 'node:assert';
import { after, describe, it } from 'node:test';
import { CASES } from '../cases.ts';
import { formatCounts, formatFailure, formatSkips } from '../format-table.ts';
import { DEFAULT_CASE_MS, type StoreTarget } from '../harness.ts';
import { isFailure, type Result, runCase } from '../run.ts';
import { titleOf } from '../title.ts';

/** Proves a store under `node --test`: one test per promise. A third party's whole test file is one call of this. */
export function defineStoreConformance(target: StoreTarget): void {
  void describe(`store conformance: ${target.name}`, () => {
    const results: Result[] = [];
    for (const each of CASES) {
      void it(titleOf(each), { timeout: 2 * (target.caseMs ?? DEFAULT_CASE_MS) }, async (context) => {
        const result = await runCase(each, target);
        results.push(result);
        if (result.outcome === 'skipped') context.skip(result.reason ?? '');
        if (isFailure(result)) throw new AssertionError({ message: formatFailure(result) });
      });
    }
    after(() => {
      console.info([`${target.name}: ${formatCounts(results)}`, ...formatSkips(results)].join('\n  '));
    });
  });
}
