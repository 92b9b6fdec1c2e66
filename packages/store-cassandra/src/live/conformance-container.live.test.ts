import { cassandraContainer } from '@gatehouse/testkit';
import { proveOn, runs } from './conformance.test-support.ts';
import { HANGING_MS } from './conformance-target.test-support.ts';
import { misconfigured } from './misconfigured.test-support.ts';

/** One node out of an image, as operators run it: it can crash, hang and be set up wrongly. */
proveOn({
  what: 'one node in a container',
  nodes: await cassandraContainer(),
  copies: 1,
  runs: runs('ONE/ANY'),
  ports: (node) => ({
    restart: async (store) => {
      await node.control.restart();
      return store;
    },
    exhaust: async () => {
      await node.control.pause();
      return { deadlineMs: HANGING_MS, release: () => node.control.resume() };
    },
    misconfigured: misconfigured(node),
  }),
});
