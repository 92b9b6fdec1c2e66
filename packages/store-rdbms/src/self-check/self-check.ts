import { askOfTables, askQuestions } from './ask-questions.ts';
import { awaitDatabase } from './await-database.ts';
import { checkClock } from './check-clock.ts';
import { checkCollation } from './check-collation.ts';
import { checkKeys } from './check-keys.ts';
import { checkRights } from './check-rights.ts';
import { checkSchema } from './check-schema.ts';
import type { Checked } from './checked.ts';

/** In this order: what comes later makes no sense without what comes before. */
const CHECKS: readonly ((checked: Checked) => Promise<void>)[] = [
  awaitDatabase,
  askQuestions,
  checkSchema,
  askOfTables,
  checkKeys,
  checkRights,
  checkCollation,
  checkClock,
];

/**
 * Whether the store can keep its promises on this database.
 * @throws StoreError `config`, naming the fix
 */
export async function checkItself(checked: Checked): Promise<void> {
  for (const check of CHECKS) await check(checked);
}
