import { defineCatching } from './catch.test-support.ts';
import { KEEPERS } from './keepers.ts';

defineCatching('keepers', KEEPERS);
