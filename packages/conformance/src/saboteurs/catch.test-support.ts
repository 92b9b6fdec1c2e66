import { describe, expect, it } from 'vitest';
import { STORE_CASES } from '../areas/index.ts';
import type { StoreTarget } from '../harness.ts';
import { REFERENCE_CAPABILITIES, type ReferenceStore } from '../reference/reference-store.ts';
import { ReferenceMemory } from '../reference/tables.ts';
import { runCase } from '../run.ts';
import type { Saboteur } from './saboteur.ts';

/** A wrong store as the suite meets it, with the smallest numbers that a case takes. */
export function targetOf(wrong: Pick<Saboteur, 'id' | 'open'>): StoreTarget {
  const memory = new ReferenceMemory();
  return {
    name: wrong.id,
    capabilities: REFERENCE_CAPABILITIES,
    scale: 0,
    open: (opening) => wrong.open(memory, opening),
    sibling: (opening) => wrong.open(memory, opening),
    elsewhere: async (opening) => wrong.open(new ReferenceMemory(), opening),
    rowCounts: async (store) => (store as ReferenceStore).rowCounts(),
    dump: async (store) => (store as ReferenceStore).dump(),
  };
}

/** Each is caught by the case meant for it and by those that stand on the same promise, by no other, on every run. */
export function defineCatching(group: string, saboteurs: readonly Saboteur[]): void {
  describe(`the suite catches ${group}`, () => {
    for (const wrong of saboteurs)
      it(`${wrong.id}: ${wrong.caughtBy}`, async () => {
        const fallen = new Set<string>();
        for (const each of STORE_CASES)
          if ((await runCase(each, targetOf(wrong))).outcome === 'broken') fallen.add(each.id);
        expect(fallen).toEqual(new Set([wrong.caughtBy, ...wrong.alsoBreaks]));
      });
  });
}
