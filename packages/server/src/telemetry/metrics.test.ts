import { createEmitter, DEFAULT_SETTINGS, type Key, type Store } from '@gatehouse/core';
import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

test('a store that is behind can be alarmed on', async () => {
  const events = createEmitter();
  const metrics = await createMetrics({
    events,
    clients: { find: async () => undefined },
    monitoring: DEFAULT_SETTINGS.monitoring,
    store: { name: 'any' } as Store,
  });
  expect((await metrics.render()).text).toContain('gatehouse_store_behind_total 0');
  events.emit('store.behind', { traceId: 't1', grantId: 'k'.repeat(43) as Key, clientId: 'app' });
  expect((await metrics.render()).text).toContain('gatehouse_store_behind_total 1');
});
