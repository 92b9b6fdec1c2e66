import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@gatehouse/core';
import { causeOf, errorOf, type Fault } from '../database/fault.ts';
import { SWEPT } from '../tables.ts';
import type { Checked } from './checked.ts';

/** Each of the four verbs on no row at all: whether it is allowed is decided before a row is looked at. */
const VERBS: Readonly<Record<string, (table: string) => string>> = {
  SELECT: (table) => `SELECT purge_at FROM ${table} WHERE 1 = 0`,
  INSERT: (table) => `INSERT INTO ${table} SELECT * FROM ${table} WHERE 1 = 0`,
  UPDATE: (table) => `UPDATE ${table} SET purge_at = purge_at WHERE 1 = 0`,
  DELETE: (table) => `DELETE FROM ${table} WHERE 1 = 0`,
};

/** Of the lease: it is looked at, taken, and put back where its row is missing. */
const OF_LEASE: Readonly<Record<string, string>> = {
  SELECT: 'SELECT held_until FROM oauth_lease WHERE 1 = 0',
  INSERT: 'INSERT INTO oauth_lease SELECT * FROM oauth_lease WHERE 1 = 0',
  UPDATE: 'UPDATE oauth_lease SET held_until = held_until WHERE 1 = 0',
};

/** What passes by itself: others write to the file, or the server has no connection to give. */
const PASSING: ReadonlySet<Fault> = new Set<Fault>(['busy', 'lost', 'retry']);
/** The tables were found before: what is not there now is not to be seen by this user. */
const UNGRANTED: ReadonlySet<Fault> = new Set<Fault>(['forbidden', 'missing']);
const PAUSE_MS = 100;

/** The four verbs on our tables, and nothing more: no DDL is ever needed. */
export async function checkRights({
  database,
  dialect,
  settings,
}: Pick<Checked, 'database' | 'dialect' | 'settings'>): Promise<void> {
  const until = performance.now() + settings.timeouts.startMs;
  const attempt = async (verb: string, table: string, text: string): Promise<void> => {
    for (;;) {
      const failed = await failureOf(() => database.raw.query(text));
      if (failed === null) return;
      // No answer says nothing about rights.
      if (failed.error instanceof StoreError) throw failed.error;
      const fault = dialect.faultOf(failed.error);
      if (!PASSING.has(fault) || performance.now() >= until) throw refusalOf(fault, failed.error, verb, table);
      await sleep(PAUSE_MS);
    }
  };
  const refusalOf = (fault: Fault, error: unknown, verb: string, table: string): Error => {
    const cause = causeOf(error);
    if (fault === 'read-only')
      return new StoreError('config', 'The database is read-only, a replica for instance: name the primary.', {
        cause,
      });
    if (!UNGRANTED.has(fault)) {
      const { message } = errorOf(fault, 'idle', error);
      return new StoreError('config', `${verb} on ${table} could not be tried. ${message} ${cause.message}`, { cause });
    }
    const message = `The user of the store may not ${verb} on ${table}: GRANT it, see the end of sql/${dialect.name}/oauth-server.sql.`;
    return new StoreError('config', message, { cause });
  };
  for (const { table } of Object.values(SWEPT))
    for (const [verb, text] of Object.entries(VERBS)) await attempt(verb, table, text(table));
  for (const [verb, text] of Object.entries(OF_LEASE)) await attempt(verb, 'oauth_lease', text);
}

async function failureOf(call: () => Promise<unknown>): Promise<{ readonly error: unknown } | null> {
  try {
    await call();
    return null;
  } catch (error) {
    return { error };
  }
}
