import { cassandraCluster } from '@gatehouse/testkit';
import { proveOn, runs } from './conformance.test-support.ts';
import { HANGING_MS } from './conformance-target.test-support.ts';
import { misconfigured } from './misconfigured.test-support.ts';

/** One node can crash, hang and be set up wrongly. */
proveOn({
  what: 'one node',
  // One node keeps what each case wrote, at every pair.
  nodes: await cassandraCluster({ heapMb: 512 }),
  copies: 1,
  runs: runs(null, ['QUORUM/QUORUM', 'ONE/ONE', 'LOCAL_QUORUM/LOCAL_QUORUM']),
  ports: (cluster) => ({
    restart: async (store) => {
      await cluster.end(1, 'SIGKILL');
      await cluster.restart(1);
      return store;
    },
    exhaust: async () => {
      cluster.pause(1);
      return { deadlineMs: HANGING_MS, release: async () => cluster.resume(1) };
    },
    misconfigured: misconfigured(cluster),
  }),
});
