import { ReferenceStore } from '../reference/reference-store.ts';
import { ReferenceMemory } from '../reference/tables.ts';
import { serveStores } from './serve-stores.ts';

const memory = new ReferenceMemory();

serveStores<{ readonly word: string }>(({ word }, { namespace, clock, log }) => {
  log.info({ word, ahead: clock.now() - Date.now() > 30_000 }, 'Made.');
  return new ReferenceStore(memory, namespace);
});
