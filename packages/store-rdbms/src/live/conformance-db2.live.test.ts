import { proveOn } from './conformance.test-support.ts';
import { DB2 } from './db2.test-support.ts';

await proveOn('db2', DB2);
