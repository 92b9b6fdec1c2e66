import { defineCatching } from './catch.test-support.ts';
import { WRITERS } from './writers.ts';

defineCatching('writers', WRITERS);
