import { proveOnNamed } from './conformance-named.test-support.ts';

await proveOnNamed('oracle');
