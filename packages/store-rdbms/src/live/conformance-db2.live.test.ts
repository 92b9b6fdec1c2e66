import { proveOn } from './conformance.test-support.ts';
import { DB2 } from './db2.test-support.ts';

// What stands in for Db2 locks in its own way: more rounds of a race would say no more of Db2.
await proveOn('db2', DB2, { scale: 0.1 });
