import { setTimeout as sleep } from 'node:timers/promises';
import { splitScript } from '@gatehouse/connection';
import { type Log, StoreError, silentLog } from '@gatehouse/core';
import { resolveConnection } from '../connection/resolve.ts';
import type { Connection } from '../connection/settings.ts';
import type { RawDatabase } from '../database/database.ts';
import { causeOf, type Fault } from '../database/fault.ts';
import { openDatabase } from '../database/open-database.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { dialectNamed } from '../dialects/index.ts';
import { askBeforeTables } from '../self-check/ask-questions.ts';
import { awaitDatabase } from '../self-check/await-database.ts';
import { refusedVersion, type Versions, versionsIn } from '../self-check/refused-version.ts';
import type { Result } from '../statement.ts';
import { SCHEMA_VERSION } from '../tables.ts';
import { editedScript, editedScripts, madeByAnother } from './other-script.ts';
import { type Script, upgradesFrom, wholeSchema } from './scripts.ts';

export interface MigrateOptions {
  /** Of a user who may create tables. */
  readonly connection: Connection;
  readonly log?: Log;
}

export interface SchemaState {
  /** What the database has; null: no schema. */
  readonly version: number | null;
  /** What this package needs. */
  readonly needed: number;
  /** What `migrate` would run. */
  readonly pending: readonly Script[];
  /** A sentence that names the fix: a script was edited, or another one made what the database has; null: neither. */
  readonly altered: string | null;
}

export interface MigrateReport {
  readonly from: number | null;
  readonly to: number;
  /** The names of the scripts that were run by this call, and by nobody else. */
  readonly ran: readonly string[];
}

type Query = (text: string) => Promise<Result>;

/** What a database has and needs; changes nothing. @throws StoreError `config` */
export function schemaState(options: MigrateOptions): Promise<SchemaState> {
  return onDatabase(options, ({ query }, dialect, schema) => stateOf(query, dialect, schema));
}

/**
 * Runs the scripts that a database still needs, exactly as they ship. Of several that do it at once one does and the
 * others find it done; one that was ended half-way is done by the next.
 * @throws StoreError `config` with the database's own error as its cause
 */
export function migrate(options: MigrateOptions): Promise<MigrateReport> {
  const { log = silentLog } = options;
  return onDatabase({ ...options, creates: true }, (raw, dialect, schema) =>
    raw.session(async (said) => {
      const query = dialect.scripts.repeats ? repeated(said, dialect) : said;
      await dialect.scripts.begin(query);
      const { version, pending } = await stateOf(query, dialect, schema);
      const edited = pending.map(editedScript).find(Boolean);
      if (edited) throw new StoreError('config', edited);
      for (const script of pending) {
        log.info({ script: script.name }, `Running ${script.name}.`);
        await runScript(query, dialect, script);
      }
      await dialect.scripts.end(query);
      return { from: version, to: pending.at(-1)?.version ?? version ?? 0, ran: pending.map(({ name }) => name) };
    }),
  );
}

async function onDatabase<T>(
  { connection, log = silentLog, creates = false }: MigrateOptions & { readonly creates?: boolean },
  work: (raw: RawDatabase, dialect: Dialect, schema: string | undefined) => Promise<T>,
): Promise<T> {
  const given = resolveConnection(connection);
  const settings = {
    ...given,
    pool: { ...given.pool, min: 0, max: 1 },
    // An index of a large table takes its time.
    timeouts: { ...given.timeouts, statementMs: 0 },
  };
  const dialect = dialectNamed(settings.dialect);
  const database = await openDatabase(dialect, settings, { log, creates });
  try {
    await awaitDatabase({ database, dialect, settings, log });
    await askBeforeTables({ database, dialect, settings, log });
    return await work(database.raw, dialect, settings.schema);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const cause = causeOf(error);
    const advice = adviceOn(dialect.faultOf(error), cause.message, settings.schema);
    throw new StoreError('config', `The schema could not be brought up to date: ${cause.message}${advice}`, { cause });
  } finally {
    await database.close(1_000);
  }
}

function adviceOn(fault: Fault, message: string, schema: string | undefined): string {
  if (schema !== undefined && /\bschema\b/i.test(message)) return `: create the schema ${schema}, or name another.`;
  if (fault === 'forbidden') return ': run it as a user who may create tables.';
  if (fault === 'read-only') return ': the server takes no writes; name the primary.';
  if (fault === 'full') return ': give its disk, tablespace or log more.';
  if (fault !== 'missing') return message.endsWith('.') ? '' : '.';
  return ": another product's table of the same name is in the way; give the server a database or schema of its own.";
}

async function stateOf(query: Query, dialect: Dialect, schema: string | undefined): Promise<SchemaState> {
  const versions = await versionsOf(query, dialect, schema);
  const refusal = versions === null ? null : refusedVersion(dialect.name, versions);
  if (refusal !== null) throw new StoreError('config', refusal);
  const version = versions?.version ?? null;
  const pending = version === null ? [wholeSchema(dialect.name, SCHEMA_VERSION)] : upgradesFrom(dialect.name, version);
  const altered = editedScripts(dialect.name) ?? (versions && madeByAnother(dialect.name, versions));
  return { version, needed: SCHEMA_VERSION, pending, altered };
}

async function versionsOf(query: Query, dialect: Dialect, schema: string | undefined): Promise<Versions | null> {
  const { rows } = await query(dialect.scripts.hasSchema(schema));
  if (rows.length === 0) return null;
  const text = dialect.catalogue.statements.get('schema_version')?.text ?? '';
  const [row] = (await query(text)).rows;
  // The row is the script's last statement: without it the script was ended half-way, and is begun again.
  return row === undefined ? null : versionsIn(row);
}

/** Says a text again that the engine gave up: where others make the same objects, its catalogue has its deadlocks. */
function repeated(query: Query, { faultOf }: Dialect): Query {
  return async (text) => {
    for (let round = 1; ; round++) {
      try {
        return await query(text);
      } catch (error) {
        if (faultOf(error) !== 'retry' || round === ROUNDS) throw error;
        await sleep(Math.random() * JITTER_MS);
      }
    }
  };
}

const ROUNDS = 20;
const JITTER_MS = 200;

async function runScript(query: Query, { scripts }: Dialect, { text }: Script): Promise<void> {
  for (const statement of splitScript(text)) {
    try {
      await query(statement);
    } catch (error) {
      if (!scripts.isThere?.(error)) throw error;
    }
  }
}
