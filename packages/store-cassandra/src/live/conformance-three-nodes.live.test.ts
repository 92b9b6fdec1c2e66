import type { StoreTarget } from '@gatehouse/conformance';
import type { CassandraCluster } from '@gatehouse/testkit';
import { proveOn, runs, upTo } from './conformance.test-support.ts';

/** Three nodes with three copies: one of them crashes, all of them hang. */
const more = (cluster: CassandraCluster): Partial<StoreTarget> => ({
  restart: async (store) => {
    await cluster.end(1, 'SIGKILL');
    await cluster.restart(1);
    return store;
  },
  exhaust: async () => {
    for (const node of [1, 2, 3]) cluster.pause(node);
    const release = async (): Promise<void> => {
      for (const node of [1, 2, 3]) cluster.resume(node);
      await cluster.settled();
    };
    return { deadlineMs: 20_500, release };
  },
});

await proveOn({ nodes: 3 }, runs(upTo('store-24-one-row-a-family')), more);
