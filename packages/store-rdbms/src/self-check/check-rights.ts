import { StoreError } from '@gatehouse/core';
import { causeOf } from '../database/fault.ts';
import { SWEPT } from '../tables.ts';
import type { Checked } from './checked.ts';

/** Each of the four verbs on no row at all: whether it is allowed is decided before a row is looked at. */
const VERBS: Readonly<Record<string, (table: string) => string>> = {
  SELECT: (table) => `SELECT purge_at FROM ${table} WHERE 1 = 0`,
  INSERT: (table) => `INSERT INTO ${table} SELECT * FROM ${table} WHERE 1 = 0`,
  UPDATE: (table) => `UPDATE ${table} SET purge_at = purge_at WHERE 1 = 0`,
  DELETE: (table) => `DELETE FROM ${table} WHERE 1 = 0`,
};

const LEASE = 'UPDATE oauth_lease SET held_until = held_until WHERE 1 = 0';

/** The four verbs on our tables, and nothing more: no DDL is ever needed. */
export async function checkRights({ database, dialect }: Checked): Promise<void> {
  const attempt = async (verb: string, table: string, text: string): Promise<void> => {
    try {
      await database.raw.query(text);
    } catch (error) {
      // No answer says nothing about rights.
      if (error instanceof StoreError) throw error;
      const readOnly = dialect.faultOf(error) === 'read-only';
      const message = readOnly
        ? `The database is read-only, a replica for instance: name the primary.`
        : `The user of the store may not ${verb} on ${table}: GRANT it, see the end of sql/${dialect.name}/oauth-server.sql.`;
      throw new StoreError('config', message, { cause: causeOf(error) });
    }
  };
  for (const { table } of Object.values(SWEPT))
    for (const [verb, text] of Object.entries(VERBS)) await attempt(verb, table, text(table));
  await attempt('UPDATE', 'oauth_lease', LEASE);
}
