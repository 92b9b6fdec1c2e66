import { splitScript } from '@gatehouse/connection';
import { expect, it } from 'vitest';
import { wholeSchema } from '../migrate/script.ts';
import { lackOf, tooBrief } from './check-schema.ts';

it('[AX-195] a table that remembers what ended for less than hints are kept is named, most of all one that never does', () => {
  const tables = [
    { table_name: 'oauth_grant', gc_grace_seconds: 14_400 },
    { table_name: 'oauth_session', gc_grace_seconds: 3_600 },
    { table_name: 'oauth_access_token', gc_grace_seconds: 0 },
    { table_name: 'somebody_else_s', gc_grace_seconds: 0 },
  ];
  expect(tooBrief(tables)).toEqual([
    { table: 'oauth_session', grace: 3_600 },
    { table: 'oauth_access_token', grace: 0 },
  ]);
});

/** As the nodes list what the script has made. */
const columns = splitScript(wholeSchema().text).flatMap((statement) => {
  const [, table, body = ''] = /^CREATE TABLE IF NOT EXISTS (\w+) \((.*)\n\)/s.exec(statement) ?? [];
  const names = body.match(/^ {2}[a-z_]+(?= )/gm) ?? [];
  return names.map((name) => ({ table_name: table, column_name: name.trim() }));
});

it('a table or a column that is gone is named with what brings it back, which is not `gatehouse migrate`', () => {
  expect(lackOf(columns)).toBeNull();
  const without = (table: string, column = '') =>
    lackOf(columns.filter((row) => row.table_name !== table || (column !== '' && row.column_name !== column)));
  for (const table of new Set(columns.map((row) => String(row.table_name))))
    expect(without(table), table).toMatch(
      new RegExp(`no table ${table}: run sql/cassandra/oauth-server\\.cql by hand`),
    );
  for (const { table_name: table, column_name: column } of columns)
    if (table !== 'oauth_schema')
      expect(without(String(table), column), `${table} ${column}`).toMatch(
        new RegExp(`${table} has no column ${column}: ALTER TABLE ${table} ADD it`),
      );
});
