import { StoreError } from '@gatehouse/core';
import type { Database } from '../database/database.ts';
import { causeOf } from '../database/fault.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { Row } from '../statement.ts';

/** What the database answers to a question of the start. @throws StoreError `config` where it refuses it */
export async function asked(
  { raw }: Pick<Database, 'raw'>,
  { title }: Pick<Dialect, 'title'>,
  text: string,
): Promise<readonly Row[]> {
  try {
    return (await raw.query(text)).rows;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const cause = causeOf(error);
    throw new StoreError('config', `${title} does not answer "${text.trim()}": ${cause.message}`, { cause });
  }
}
