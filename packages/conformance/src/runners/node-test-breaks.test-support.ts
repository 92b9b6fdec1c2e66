import { REFERENCE_CAPABILITIES, ReferenceStore } from '../reference/reference-store.ts';
import { ReferenceMemory } from '../reference/tables.ts';
import { defineStoreConformance } from './node-test.ts';

const memory = new ReferenceMemory();

class CountsTwice extends ReferenceStore {
  override async count(...[counter, key, at, window, add]: Parameters<ReferenceStore['count']>): Promise<number> {
    return (await super.count(counter, key, at, window, add)) + add;
  }
}

defineStoreConformance({
  name: 'wrong',
  capabilities: REFERENCE_CAPABILITIES,
  scale: 0,
  open: ({ namespace }) => new CountsTwice(memory, namespace),
});
