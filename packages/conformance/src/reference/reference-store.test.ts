import { defineStoreConformance } from '../runners/vitest.ts';
import { REFERENCE_CAPABILITIES, ReferenceStore } from './reference-store.ts';
import { ReferenceMemory } from './tables.ts';

const memory = new ReferenceMemory();

defineStoreConformance({
  name: 'reference',
  capabilities: REFERENCE_CAPABILITIES,
  // The numbers of the contract are for real stores; every race keeps its size.
  scale: 0.05,
  open: ({ namespace }) => new ReferenceStore(memory, namespace),
  sibling: ({ namespace }) => new ReferenceStore(memory, namespace),
  elsewhere: async ({ namespace }) => new ReferenceStore(new ReferenceMemory(), namespace),
  rowCounts: async (store) => (store as ReferenceStore).rowCounts(),
  dump: async (store) => (store as ReferenceStore).dump(),
});
