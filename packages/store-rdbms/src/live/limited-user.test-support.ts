import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { TABLES } from '../tables.ts';
import type { Outside } from './product.test-support.ts';

/** A user with the rights that the end of a script gives, and no more. */
export interface LimitedUser {
  /** As statements name it. */
  readonly who: string;
  /** The database's address with this user. */
  readonly url: URL;
}

export async function limitedUser(outside: Outside, database: URL): Promise<LimitedUser> {
  const user = `limited_${randomBytes(4).toString('hex')}`;
  const postgresql = database.protocol.startsWith('postgres');
  const who = postgresql ? user : `'${user}'@'%'`;
  await outside.query(postgresql ? `CREATE ROLE ${user} LOGIN PASSWORD 'pw'` : `CREATE USER ${who} IDENTIFIED BY 'pw'`);
  onTestFinished(async () => {
    if (postgresql) await outside.query(`DROP OWNED BY ${user}`);
    await outside.query(postgresql ? `DROP ROLE ${user}` : `DROP USER ${who}`);
  });
  for (const table of TABLES) {
    const verbs = table === 'oauth_schema' ? 'SELECT' : 'SELECT, INSERT, UPDATE, DELETE';
    await outside.query(`GRANT ${verbs} ON ${table} TO ${who}`);
  }
  const url = new URL(database);
  url.username = user;
  url.password = 'pw';
  return { who, url };
}
