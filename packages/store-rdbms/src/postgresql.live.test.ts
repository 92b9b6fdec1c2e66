import { setTimeout as sleep } from 'node:timers/promises';
import { defineStoreConformance } from '@gatehouse/conformance/vitest';
import { Atomicity, type StoreCapabilities } from '@gatehouse/core';
import { databaseServer } from '@gatehouse/testkit';
import { afterAll, test } from 'vitest';
import { migrate, RdbmsStore } from './index.ts';

/** Milliseconds: the same machine's clock, so that nothing has to be waited for long. */
const TOLERANCE = 100;

const capabilities: StoreCapabilities = {
  change: Atomicity.cluster,
  additions: 'atomic',
  visibility: { registers: 'cluster', tokens: 'cluster', boundMs: 0 },
  expiry: 'sweep',
  expiryStep: 1,
  retention: 'until-expiry',
  durable: true,
  listing: 'exact',
  clockTolerance: TOLERANCE,
};

const server = await databaseServer('postgresql18');
if (server.available) {
  const database = await server.value.createDatabase();
  afterAll(async () => {
    await database.drop();
    await server.value.close();
  });
  await migrate({ connection: database.url });
  const open = ({ namespace, clock, log }: { namespace: string; clock: never; log: never }) =>
    new RdbmsStore({ connection: database.url, namespace, clock, log, clockToleranceMs: TOLERANCE });
  defineStoreConformance({
    name: server.value.what,
    capabilities,
    open: open as never,
    sibling: open as never,
    advance: (ms) => sleep(ms),
  });
} else test('store conformance: PostgreSQL', (context) => context.skip(server.reason));
