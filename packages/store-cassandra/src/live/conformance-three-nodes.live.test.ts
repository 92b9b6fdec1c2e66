import { cassandraCluster } from '@gatehouse/testkit';
import { proveOn, runs } from './conformance.test-support.ts';
import { HANGING_MS } from './conformance-target.test-support.ts';

/** Three nodes with three copies: one of them crashes, all of them hang. */
proveOn({
  what: 'three nodes',
  nodes: await cassandraCluster({ nodes: 3 }),
  copies: 3,
  runs: runs('QUORUM/QUORUM', ['ONE/ANY']),
  ports: (cluster) => ({
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
      return { deadlineMs: HANGING_MS, release };
    },
  }),
});
