import { PAIRS, proveOn } from './conformance.test-support.ts';

await proveOn({ nodes: 1 }, PAIRS);
