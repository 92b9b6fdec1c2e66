import type { Opening } from '../ports.ts';
import type { ReferenceStore } from '../reference/reference-store.ts';
import type { ReferenceMemory } from '../reference/tables.ts';

/** A store that keeps every promise but one. The suite must catch it on every run, by the case that is meant for it. */
export interface Saboteur {
  /** What it does wrong. */
  readonly id: string;
  /** The case that is meant for it. */
  readonly caughtBy: string;
  /** Cases that fall with it, because what they look at stands on the same promise; no other may. */
  readonly alsoBreaks: readonly string[];
  readonly open: (memory: ReferenceMemory, opening: Opening) => ReferenceStore;
}

type StoreClass = new (memory: ReferenceMemory, namespace: string) => ReferenceStore;

export function saboteur(
  id: string,
  Wrong: StoreClass,
  caughtBy: string,
  alsoBreaks: readonly string[] = [],
): Saboteur {
  return { id, caughtBy, alsoBreaks, open: (memory, { namespace }) => new Wrong(memory, namespace) };
}
