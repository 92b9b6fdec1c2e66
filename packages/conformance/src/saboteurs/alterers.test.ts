import { ALTERERS } from './alterers.ts';
import { defineCatching } from './catch.test-support.ts';

defineCatching('alterers', ALTERERS);
