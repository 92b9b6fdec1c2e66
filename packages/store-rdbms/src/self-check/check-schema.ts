import { StoreError } from '@gatehouse/core';
import { causeOf } from '../database/fault.ts';
import { madeByAnother } from '../migrate/other-script.ts';
import { hasScripts } from '../migrate/scripts.ts';
import { COLUMNS, INDEXES, SCHEMA_VERSION, TABLES } from '../tables.ts';
import type { Checked } from './checked.ts';
import { refusedVersion, type Versions, versionsIn } from './refused-version.ts';

const commandFor = ({ name }: Checked['dialect']): string => `run \`gatehouse migrate\`, or sql/${name}/ by hand`;

/** What is gone from a schema of the right version: `gatehouse migrate` finds nothing to do there. */
const wholeOf = ({ name }: Checked['dialect']): string => `sql/${name}/oauth-server.sql`;

/** The schema is there, old enough and new enough for this server; a missing index is slow, not wrong. */
export async function checkSchema(checked: Checked): Promise<void> {
  const { database, dialect, settings, log } = checked;
  const versions = await readVersion(checked);
  const refusal = refusedVersion(dialect.name, versions);
  if (refusal !== null) throw new StoreError('config', refusal);
  if (versions.version < SCHEMA_VERSION)
    throw new StoreError(
      'config',
      `The database has version ${versions.version} of the schema, this server needs ${SCHEMA_VERSION}: ${commandFor(dialect)}.`,
    );
  const another = hasScripts(dialect.name) ? madeByAnother(dialect.name, versions) : null;
  if (another !== null) log.warn({ store: dialect.name }, another);
  for (const table of TABLES) {
    try {
      await database.raw.query(`SELECT ${(COLUMNS[table] ?? []).join(', ')} FROM ${table} WHERE 1 = 0`);
    } catch (error) {
      await refuseTable(checked, table, error);
      throw new StoreError(
        'config',
        `The table ${table} cannot be read, and oauth_schema says that it was made: restore it, or make it anew, empty, by running ${wholeOf(dialect)} by hand, which passes over what is there.`,
        { cause: causeOf(error) },
      );
    }
  }
  const { rows } = await database.raw.query(dialect.indexNames(settings.schema));
  const there = new Set(rows.map(({ name }) => String(name).toLowerCase()));
  const missing = Object.keys(INDEXES).filter((name) => !there.has(name));
  if (missing.length > 0)
    log.warn(
      { missing },
      `Indexes are missing, and statements will be slow: create them by hand, as ${wholeOf(dialect)} has them.`,
    );
}

async function readVersion(checked: Checked): Promise<Versions> {
  const { database, dialect, settings } = checked;
  try {
    const [row] = (await database.raw.query(dialect.catalogue.statements.get('schema_version')?.text ?? '')).rows;
    if (row) return versionsIn(row);
  } catch (error) {
    await refuseTable(checked, 'oauth_schema', error);
    const none = dialect.faultOf(error) === 'missing' ? 'has no schema' : 'does not show its schema';
    const [where, fix] =
      settings.schema === undefined
        ? ['', commandFor(dialect)]
        : [` in the schema ${settings.schema}`, `name the schema where it is, or ${commandFor(dialect)}`];
    throw new StoreError('config', `The database ${none} (no table oauth_schema${where}): ${fix}.`, {
      cause: causeOf(error),
    });
  }
  throw new StoreError('config', `The schema of the database was not finished: ${commandFor(dialect)} again.`);
}

/** What no script mends. @throws StoreError `config`, else nothing */
async function refuseTable({ database, dialect }: Checked, table: string, error: unknown): Promise<void> {
  if (error instanceof StoreError) throw error;
  const cause = causeOf(error);
  const fault = dialect.faultOf(error);
  if (fault === 'forbidden')
    throw new StoreError(
      'config',
      `The user of the store may not SELECT on ${table}: GRANT it, see the end of sql/${dialect.name}/oauth-server.sql.`,
      { cause },
    );
  if (fault !== 'missing') return;
  const there = await database.raw.query(`SELECT 1 AS there FROM ${table} WHERE 1 = 0`).then(
    () => true,
    () => false,
  );
  if (there)
    throw new StoreError(
      'config',
      `The table ${table} is not this server's, but of another product or version (${cause.message}): give the server a database or schema of its own.`,
      { cause },
    );
}
