import { StoreError } from '@gatehouse/core';
import { UNIQUE_KEYS } from '../dialects/unique-keys.ts';
import { KEYS } from '../tables.ts';
import { asked } from './asked.ts';
import type { Checked } from './checked.ts';

/** Without a key there is no single use, and two of what must be one: a restore that ended early leaves such tables. */
export async function checkKeys({ database, dialect, settings }: Checked): Promise<void> {
  const rows = await asked(database, dialect, UNIQUE_KEYS[dialect.name](settings.schema));
  const there = new Map<string, string[]>();
  for (const row of rows) {
    const [table, key, column] = ['table_name', 'key_name', 'column_name'].map((name) =>
      String(row[name]).trim().toLowerCase(),
    );
    const name = `${table} ${key}`;
    there.set(name, [...(there.get(name) ?? []), column ?? '']);
  }
  const found = new Set([...there].map(([name, columns]) => `${name.split(' ')[0]} ${columns.sort().join(' ')}`));
  for (const { table, columns, primary } of KEYS) {
    if (found.has(`${table} ${[...columns].sort().join(' ')}`)) continue;
    const key = `(${columns.join(', ')})`;
    const what = primary ? `no primary key ${key}` : `no unique index on ${key}`;
    throw new StoreError(
      'config',
      `The table ${table} has ${what}, and what may be used once could be used twice: restore it whole, or make the key as sql/${dialect.name}/oauth-server.sql has it.`,
    );
  }
}
