import { expect, it } from 'vitest';
import { tooBrief } from './check-schema.ts';

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
