import { REFERENCE_CAPABILITIES, ReferenceStore } from '../reference/reference-store.ts';
import { ReferenceMemory } from '../reference/tables.ts';
import { defineStoreConformance } from './node-test.ts';

const memory = new ReferenceMemory();

defineStoreConformance({
  name: 'reference',
  capabilities: REFERENCE_CAPABILITIES,
  scale: 0,
  open: ({ namespace }) => new ReferenceStore(memory, namespace),
});
