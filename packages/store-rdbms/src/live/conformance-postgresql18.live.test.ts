import { proveOn } from './conformance.test-support.ts';
import { POSTGRESQL } from './product.test-support.ts';

await proveOn('postgresql18', POSTGRESQL);
