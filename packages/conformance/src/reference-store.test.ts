import { REFERENCE_CAPABILITIES, ReferenceMemory, ReferenceStore } from './reference-store.ts';
import { defineStoreConformance } from './runners/vitest.ts';

const memory = new ReferenceMemory();

defineStoreConformance({
  name: 'reference',
  capabilities: REFERENCE_CAPABILITIES,
  open: ({ namespace }) => new ReferenceStore(memory, namespace),
  sibling: ({ namespace }) => new ReferenceStore(memory, namespace),
  elsewhere: async ({ namespace }) => new ReferenceStore(new ReferenceMemory(), namespace),
  rowCounts: async (store) => (store as ReferenceStore).rowCounts(),
});
