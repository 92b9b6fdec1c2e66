import type { StoreError } from '@gatehouse/core';
import { expect, it } from 'vitest';
import { resolveConnection } from '../connection/resolve.ts';
import type { Database } from '../database/database.ts';
import { dialectNamed } from '../dialects/index.ts';
import { checkRights } from './check-rights.ts';

const failed = (message: string, code: string): Error => Object.assign(new Error(message), { code });
const LOCKED = failed('database is locked', 'SQLITE_BUSY');

/** What is said of a database that fails this often, and then answers; within so many milliseconds. */
async function said(
  url: string,
  error: Error,
  { times = Number.POSITIVE_INFINITY, startMs = 1 } = {},
): Promise<string> {
  const settings = resolveConnection({ url, timeouts: { startMs } });
  let left = times;
  const query = (): Promise<unknown> => (left-- > 0 ? Promise.reject(error) : Promise.resolve({ rows: [] }));
  return checkRights({
    database: { raw: { query } } as unknown as Database,
    dialect: dialectNamed(settings.dialect),
    settings,
  }).then(
    () => 'nothing',
    ({ message }: StoreError) => message,
  );
}

it('a file that others write to is waited for', async () => {
  expect(await said('sqlite:oauth.db', LOCKED, { times: 2, startMs: 60_000 })).toBe('nothing');
});

it('one that stays locked is called that, and no right is asked for', async () => {
  const message = await said('sqlite:oauth.db', LOCKED);
  expect(message).toContain('database is locked');
  expect(message).not.toContain('GRANT');
});

it.each([
  ['postgresql://gate:pw@localhost/oauth', failed('permission denied for table oauth_token', '42501'), /: GRANT it, /],
  ['postgresql://gate:pw@localhost/oauth', failed('cannot execute INSERT', '25006'), /^The database is read-only/],
  ['postgresql://gate:pw@localhost/oauth', failed('out of something', '53200'), /^(?!.*GRANT).*out of something/],
])('of %s, %s is said what it is', async (url, error, sentence) => {
  expect(await said(url, error)).toMatch(sentence);
});
