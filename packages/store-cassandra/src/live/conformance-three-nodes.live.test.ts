import { PAIRS, proveOn } from './conformance.test-support.ts';

await proveOn({ nodes: 3 }, PAIRS);
