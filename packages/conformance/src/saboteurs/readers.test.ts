import { defineCatching } from './catch.test-support.ts';
import { READERS } from './readers.ts';

defineCatching('readers', READERS);
