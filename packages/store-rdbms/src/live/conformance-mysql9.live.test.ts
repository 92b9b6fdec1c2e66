import { proveOn } from './conformance.test-support.ts';
import { MYSQL } from './product.test-support.ts';

await proveOn('mysql9', MYSQL);
