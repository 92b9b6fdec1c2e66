import { StoreError } from '@gatehouse/core';
import type { Database } from '../database/database.ts';
import { causeOf } from '../database/fault.ts';
import { awaitDatabase } from './await-database.ts';
import { checkClock } from './check-clock.ts';
import { checkCollation } from './check-collation.ts';
import { checkRights } from './check-rights.ts';
import { checkSchema } from './check-schema.ts';
import type { Checked } from './checked.ts';

/** In this order: what comes later makes no sense without what comes before. */
const CHECKS: readonly ((checked: Checked) => Promise<void>)[] = [
  awaitDatabase,
  askQuestions,
  checkSchema,
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

async function askQuestions({ database, dialect, settings, log }: Checked): Promise<void> {
  for (const { text, refuses, warns } of dialect.questions) {
    let rows: Awaited<ReturnType<Database['raw']['query']>>['rows'];
    try {
      ({ rows } = await database.raw.query(text));
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError('config', `${dialect.title} does not answer "${text}".`, { cause: causeOf(error) });
    }
    const refusal = refuses?.(rows, settings) ?? null;
    if (refusal !== null) throw new StoreError('config', refusal);
    const warning = warns?.(rows, settings) ?? null;
    if (warning !== null) log.warn({ store: dialect.name }, warning);
  }
}
