import { StoreError } from '@gatehouse/core';
import { causeOf } from '../database/fault.ts';
import { integer } from '../rows.ts';
import { INDEXES, SCHEMA_VERSION, TABLES } from '../tables.ts';
import type { Checked } from './checked.ts';

const COMMAND = 'run `gatehouse migrate`, or sql/<dbms>/ by hand';

/** The schema is there, old enough and new enough for this server; a missing index is slow, not wrong. */
export async function checkSchema({ database, dialect, settings, log }: Checked): Promise<void> {
  const { version, minimum } = await readVersion({ database, dialect });
  const has = `The database has version ${version} of the schema`;
  if (version < SCHEMA_VERSION)
    throw new StoreError('config', `${has}, this server needs ${SCHEMA_VERSION}: ${COMMAND}.`);
  if (minimum > SCHEMA_VERSION)
    throw new StoreError(
      'config',
      `${has}, which runs no server that knows only ${SCHEMA_VERSION}: upgrade the server.`,
    );
  for (const table of TABLES) {
    try {
      await database.raw.query(`SELECT * FROM ${table} WHERE 1 = 0`);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError('config', `The table ${table} cannot be read: ${COMMAND}.`, { cause: causeOf(error) });
    }
  }
  const { rows } = await database.raw.query(dialect.indexNames(settings.schema));
  const there = new Set(rows.map(({ name }) => String(name).toLowerCase()));
  const missing = Object.keys(INDEXES).filter((name) => !there.has(name));
  if (missing.length > 0) log.warn({ missing }, `Indexes are missing, and statements will be slow: ${COMMAND}.`);
}

async function readVersion({ database, dialect }: Pick<Checked, 'database' | 'dialect'>) {
  try {
    const [row] = (await database.raw.query(dialect.catalogue.statements.get('schema_version')?.text ?? '')).rows;
    if (row) return { version: integer(row, 'version'), minimum: integer(row, 'minimum_version') };
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const none = dialect.faultOf(error) === 'missing' ? 'has no schema' : 'does not show its schema';
    throw new StoreError('config', `The database ${none} (oauth_schema): ${COMMAND}.`, { cause: causeOf(error) });
  }
  throw new StoreError('config', `The schema of the database was not finished: ${COMMAND} again.`);
}
