import { StoreError } from '@gatehouse/core';
import { db2 } from './db2.ts';
import type { Dialect } from './dialect.ts';
import { mssql } from './mssql.ts';
import { mysql } from './mysql.ts';
import { oracle } from './oracle.ts';
import { postgresql } from './postgresql.ts';
import { sqlite } from './sqlite.ts';

/** Every dialect by the names a configuration may give it. */
const DIALECTS: Readonly<Record<string, Dialect>> = {
  postgresql,
  mysql,
  // The same texts; what differs is asked of the server.
  mariadb: mysql,
  sqlite,
  mssql,
  oracle,
  db2,
};

/** @throws StoreError `config`: an unknown name is never guessed at */
export function dialectNamed(name: string): Dialect {
  const dialect = Object.hasOwn(DIALECTS, name) ? DIALECTS[name] : undefined;
  if (dialect) return dialect;
  throw new StoreError('config', `There is no dialect ${name}: there are ${Object.keys(DIALECTS).join(', ')}.`);
}

/** Each once, for tests and documents. */
export const ALL_DIALECTS: readonly Dialect[] = [...new Set(Object.values(DIALECTS))];
