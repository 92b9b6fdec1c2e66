import { CASES, type Case, formatFailure, isFailure, runCase, type StoreTarget } from '@gatehouse/conformance';
import { type BackendName, databaseServer } from '@gatehouse/testkit';
import { afterAll, describe, expect, it, test } from 'vitest';
import { relationalTarget } from './conformance-target.test-support.ts';
import type { Product } from './product.test-support.ts';

const CASE_MS = 240_000;

/** What only counts rows is proved by a part of them; every race has all its rounds. */
const GROWTH = /^store-(?:30|31-many|67)|^flow-old-generations/;
const SHARE = 0.1;

/** The whole suite on one server: the other node in another process, contact lost within each write. */
export async function proveOn(name: BackendName, product: Product, more: Partial<StoreTarget> = {}): Promise<void> {
  const server = await databaseServer(name);
  if (!server.available) {
    test(`store conformance: ${name}`, (context) => context.skip(server.reason));
    return;
  }
  const { target, close } = await relationalTarget(server.value, product, more);
  afterAll(close);
  prove(target, CASES);
}

/** One test for each promise; a skip says why. */
export function prove(target: StoreTarget, cases: readonly Case[]): void {
  describe(`store conformance: ${target.name}`, () => {
    for (const each of cases) {
      const proves = (each.proves ?? []).map((id) => ` [${id}]`).join('');
      it(`[${each.id}]${proves} ${each.promise}`, { timeout: 2 * CASE_MS }, async (context) => {
        const scale = GROWTH.test(each.id) ? SHARE : (target.scale ?? 1);
        const result = await runCase(each, { ...target, scale, caseMs: CASE_MS });
        if (result.outcome === 'skipped') context.skip(result.reason ?? '');
        if (isFailure(result)) expect.fail(formatFailure(result));
      });
    }
  });
}
