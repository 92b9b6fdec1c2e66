import { StoreError } from '@gatehouse/core';
import { TABLE_QUESTIONS } from '../dialects/table-questions.ts';
import { asked } from './asked.ts';
import type { Checked } from './checked.ts';
import type { Question } from './question.ts';

type Asking = Pick<Checked, 'database' | 'dialect' | 'settings' | 'log'>;

/** What a database must be, whatever is in it. @throws StoreError `config` */
export function askQuestions(asking: Asking): Promise<void> {
  return ask(asking, asking.dialect.questions);
}

/** The same, of what cannot be mended once the tables are there. @throws StoreError `config` */
export function askBeforeTables(asking: Asking): Promise<void> {
  return ask(
    asking,
    asking.dialect.questions.filter(({ lasting }) => lasting),
  );
}

/** What the tables must be. @throws StoreError `config` */
export function askOfTables(asking: Asking): Promise<void> {
  return ask(asking, TABLE_QUESTIONS[asking.dialect.name] ?? []);
}

async function ask({ database, dialect, settings, log }: Asking, questions: readonly Question[]): Promise<void> {
  for (const { text, refuses, warns } of questions) {
    const rows = await asked(database, dialect, text);
    const refusal = refuses?.(rows, settings) ?? null;
    if (refusal !== null) throw new StoreError('config', refusal);
    const warning = warns?.(rows, settings) ?? null;
    if (warning !== null) log.warn({ store: dialect.name }, warning);
  }
}
