import type { StoreTarget } from '@gatehouse/conformance';
import type { CassandraCluster } from '@gatehouse/testkit';
import { proveOn, runs, upTo } from './conformance.test-support.ts';
import { misconfigured } from './misconfigured.test-support.ts';

/** One node can crash, hang and be set up wrongly. */
const more = (cluster: CassandraCluster): Partial<StoreTarget> => ({
  restart: async (store) => {
    await cluster.end(1, 'SIGKILL');
    await cluster.restart(1);
    return store;
  },
  exhaust: async () => {
    cluster.pause(1);
    return { deadlineMs: 20_500, release: async () => cluster.resume(1) };
  },
  misconfigured: misconfigured(cluster),
});

await proveOn(
  { nodes: 1 },
  runs(
    upTo('store-45-restart-keeps-data', 'store-00-nothing-written-is-lost'),
    upTo('store-27-orphans', 'store-26-named-grants'),
  ),
  more,
);
