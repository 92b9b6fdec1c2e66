import { defineCatching } from './catch.test-support.ts';
import { REVOKERS } from './revokers.ts';

defineCatching('revokers', REVOKERS);
