import { setTimeout as sleep } from 'node:timers/promises';
import { defineStoreConformance } from '../runners/vitest.ts';
import { REFERENCE_CAPABILITIES, ReferenceStore } from './reference-store.ts';
import { ReferenceMemory } from './tables.ts';

const memory = new ReferenceMemory();

// As a store whose own time cannot be set: what the cases wait for really passes.
defineStoreConformance({
  name: 'reference, in real time',
  capabilities: REFERENCE_CAPABILITIES,
  scale: 0,
  open: ({ namespace }) => new ReferenceStore(memory, namespace),
  sibling: ({ namespace }) => new ReferenceStore(memory, namespace),
  advance: (ms) => sleep(ms + REFERENCE_CAPABILITIES.expiryStep),
});
