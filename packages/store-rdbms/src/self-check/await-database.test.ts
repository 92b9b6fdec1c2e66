import { type StoreError, silentLog } from '@gatehouse/core';
import { expect, it } from 'vitest';
import { resolveConnection } from '../connection/resolve.ts';
import type { Database } from '../database/database.ts';
import { dialectNamed } from '../dialects/index.ts';
import { awaitDatabase } from './await-database.ts';

/** How often it was asked, and what was said in the end, of a database whose every connection fails like this. */
async function heard(url: string, error: Error): Promise<readonly [asked: number, said: string]> {
  const settings = resolveConnection({ url, timeouts: { startMs: 1 } });
  let asked = 0;
  const session = (): Promise<never> => {
    asked++;
    return Promise.reject(error);
  };
  const database = { raw: { session } } as unknown as Database;
  const said = await awaitDatabase({
    database,
    dialect: dialectNamed(settings.dialect),
    settings,
    log: silentLog,
  }).then(
    () => 'nothing',
    ({ message }: StoreError) => message,
  );
  return [asked, said];
}

const failed = (message: string, members: object = {}): Error => Object.assign(new Error(message), members);

it.each([
  [
    'mysql://gate:pw@localhost/oauth',
    failed('Aborting connection 8 (init_connect command failed)', { code: 'ER_NEW_ABORTING_CONNECTION', errno: 1184 }),
    /init_connect fails, .*: SELECT @@init_connect, and mend it/,
  ],
  [
    'mysql://gate:pw@localhost/oauth',
    failed('Host is not allowed to connect', { code: 'ER_HOST_NOT_PRIVILEGED', errno: 1130 }),
    /^MySQL at localhost:3306 takes no connection: Host is not allowed to connect/,
  ],
  [
    'mariadb://gate:pw@localhost/oauth',
    failed("Access denied for user 'gate'@'%' to database 'oauth'", { code: 'ER_DBACCESS_DENIED_ERROR', errno: 1044 }),
    /GRANT user gate what database oauth at localhost:3306 asks for, and create it where it is not there/,
  ],
  [
    'postgresql://gate@localhost/oauth',
    failed('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string'),
    /refuses user or password of the store: user gate without a password at localhost:5432, database oauth/,
  ],
  [
    'postgresql://gate:pw@localhost/oauth',
    failed('invalid value for parameter "x"', { code: '22023' }),
    /^PostgreSQL at localhost:5432 takes no connection/,
  ],
])('of %s is refused at once: %s', async (url, error, sentence) => {
  const [asked, said] = await heard(url, error);
  expect(said).toMatch(sentence);
  expect(asked).toBe(1);
});

it.each([
  ['mysql://gate:pw@localhost/oauth', failed('No connection came free within 2000 ms.'), /: No connection came free/],
  ['postgresql://gate:pw@localhost/oauth', failed('', { code: 'ECONNREFUSED' }), /within 0 s: ECONNREFUSED\.$/],
  [
    'postgresql://gate:pw@localhost/oauth',
    failed('starting up', { code: '57P03' }),
    /gave no connection within 0 s: starting up\.$/,
  ],
  [
    'postgresql://gate:pw@localhost/oauth',
    failed('Too many.', { code: '53300' }),
    /gave no connection .*: Too many\.$/,
  ],
  [
    'mysql://gate:pw@localhost/oauth',
    failed('', { code: 'ECONNREFUSED' }),
    /did not answer within 0 s: ECONNREFUSED\.$/,
  ],
  ['postgresql://gate:pw@localhost/oauth', failed('not yet', { code: '55000' }), /: not yet\.$/],
  ['mariadb://gate:pw@localhost/oauth', failed('gone', { code: 'ENETDOWN' }), /^MariaDB at .*: gone\.$/],
])('of %s is waited for, and the last that was heard is said: %s', async (url, error, sentence) => {
  const [asked, said] = await heard(url, error);
  expect(said).toMatch(sentence);
  expect(asked).toBeGreaterThan(1);
});
