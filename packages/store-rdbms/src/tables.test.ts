import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COLUMNS, columnType } from './tables.ts';

it('every column has the type that the scripts give it', () => {
  const script = readFileSync(new URL('../../../sql/postgresql/oauth-server.sql', import.meta.url), 'utf8');
  const types = { bigint: 'integer', smallint: 'integer', integer: 'integer', text: 'text', varchar: 'key' } as const;
  const seen = new Set<string>();
  for (const [, table = '', body = ''] of script.matchAll(/CREATE TABLE IF NOT EXISTS (oauth_\w+) \(\n([^;]*?)\n\)/g)) {
    if (table === 'oauth_schema') continue;
    for (const name of COLUMNS[table] ?? []) {
      const declared = new RegExp(`^ +${name} +([a-z]+)`, 'm').exec(body)?.[1] ?? '';
      const type = name === 'reason' ? 'text' : types[declared as keyof typeof types];
      expect(columnType(name), `${table}.${name} ${declared}`).toBe(type);
      seen.add(`${table}.${name}`);
    }
  }
  expect(seen.size).toBeGreaterThan(50);
});
