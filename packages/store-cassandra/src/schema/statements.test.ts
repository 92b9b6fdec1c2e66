import { readFileSync } from 'node:fs';
import { splitScript } from '@gatehouse/connection';
import { describe, expect, it } from 'vitest';
import { wholeSchema } from '../migrate/script.ts';
import { STATEMENTS } from './statements.ts';
import { DECIDED, LOOK_UPS, MONTHS, REGISTER_COLUMNS, REGISTERS, TABLES, TOKEN_COLUMNS } from './tables.ts';

interface Table {
  readonly columns: ReadonlyMap<string, string>;
  readonly key: string;
  readonly options: string;
}

const script = wholeSchema().text;
const tables = new Map<string, Table>();
for (const statement of splitScript(script)) {
  const found = /^CREATE TABLE IF NOT EXISTS (\w+) \(\n(.*),\n {2}PRIMARY KEY \((.*)\)\n\) WITH (.*)$/s.exec(statement);
  if (!found) continue;
  const [, name = '', columns = '', key = '', options = ''] = found;
  const pairs = columns.split(',\n').map((line) => line.trim().split(/\s+/) as [string, string]);
  tables.set(name, { columns: new Map(pairs), key, options });
}

const tableOf = (text: string): string => /(?:FROM|INTO|UPDATE) (\w[\w.]*)/.exec(text)?.[1] ?? '';
const ours = [...STATEMENTS.values()].filter(({ text }) => tableOf(text).startsWith('oauth_'));

describe('sql/cassandra/oauth-server.cql', () => {
  it('[AX-190] has exactly the tables and primary keys that the store knows', () => {
    expect([...tables.keys()].sort()).toEqual(Object.keys(TABLES).sort());
    for (const [name, [partition, ...rows]] of Object.entries(TABLES)) {
      const first = partition.length === 1 ? partition[0] : `(${partition.join(', ')})`;
      // One row a partition needs no second pair of brackets only where its key has one column.
      const key = rows.length === 0 && partition.length > 1 ? partition.join(', ') : [first, ...rows].join(', ');
      expect([`(${partition.join(', ')})`, key], name).toContain(tables.get(name)?.key);
    }
  });

  it('[AX-190] has every column that a statement names', () => {
    for (const { table, revocable } of Object.values(REGISTERS))
      for (const column of [...REGISTER_COLUMNS, ...(revocable ? ['client_epoch', 'revoked_at'] : [])])
        expect([...(tables.get(table)?.columns.keys() ?? [])], table).toContain(column);
    for (const column of TOKEN_COLUMNS) expect(tables.get('oauth_access_token')?.columns.has(column)).toBe(true);
  });

  it('keeps what ended longer than hints are kept, and ten days where rows may end early or be removed', () => {
    const shortened = new Set(Object.values(REGISTERS).flatMap(({ table, shortens }) => (shortens ? [table] : [])));
    for (const [name, { options }] of tables) {
      const grace = Number(/gc_grace_seconds = (\d+)/.exec(options)?.[1]);
      expect(grace, name).toBeGreaterThan(10_800);
      if (shortened.has(name) || name === 'oauth_counter') expect(grace, name).toBe(864_000);
    }
  });

  it('chooses a compaction for each table but that of the schema', () => {
    for (const [name, { options }] of tables)
      if (name !== 'oauth_schema') expect(options, name).toMatch(/'class': '(Leveled|TimeWindow)CompactionStrategy'/);
  });

  it('says of each table whether it is decided or plain, as the store writes it', () => {
    for (const name of tables.keys()) {
      const comment = script
        .slice(0, script.indexOf(`CREATE TABLE IF NOT EXISTS ${name} `))
        .split('\n\n')
        .at(-1);
      expect(comment, name).toMatch(DECIDED.has(name) ? /^-- decided\./ : /^-- plain\./);
    }
  });

  it('is the file that the package carries', () => {
    const top = new URL('../../../../sql/cassandra/oauth-server.cql', import.meta.url);
    expect(readFileSync(top, 'utf8')).toBe(script);
  });
});

describe('the statements', () => {
  it('never write a table both in lightweight transactions and plainly', () => {
    for (const { id, text, stage } of ours) {
      if (stage === 'read') continue;
      expect(stage === 'decide', id).toBe(DECIDED.has(tableOf(text)));
      expect(stage === 'decide', id).toBe(/ IF /.test(text));
    }
    for (const statement of splitScript(script))
      if (statement.startsWith('INSERT')) expect(statement).toMatch(/^INSERT INTO oauth_schema .* IF NOT EXISTS$/);
  });

  it('name every column of the partition they go to, filter nothing and use no index', () => {
    for (const { id, text } of ours) {
      const [partition] = TABLES[tableOf(text)] ?? [[]];
      for (const column of partition)
        expect(text, id).toMatch(new RegExp(`\\b${column} = (?::|')|\\(.*\\b${column}\\b.*\\) VALUES`));
      expect(text, id).not.toMatch(/ALLOW FILTERING|CREATE/);
    }
    expect(script).not.toMatch(/CREATE (CUSTOM )?INDEX|MATERIALIZED VIEW|\bcounter,$/im);
  });

  it('list keys between two bounds, so many at most: a range that a node gives up can be asked in parts', () => {
    const listing = new Map([...LOOK_UPS.map(({ table, key }) => [table, key] as const), [MONTHS, 'month']]);
    for (const [table, key] of listing)
      expect(STATEMENTS.get(`page_${table}`)?.text, table).toMatch(
        new RegExp(`AND ${key} > :after AND ${key} < :before LIMIT :page$`),
      );
  });

  it('[AX-195] give every row that is written a life', () => {
    for (const { id, text, stage } of ours)
      if (stage !== 'read' && !text.startsWith('DELETE')) expect(text, id).toMatch(/USING TTL :ttl/);
  });

  it('[AX-195] write every column of a register at each change, so that all of them live equally long', () => {
    for (const { table, key, revocable } of Object.values(REGISTERS)) {
      const facts = [...REGISTER_COLUMNS, ...(revocable ? ['client_epoch'] : [])];
      for (const { id, text, stage } of ours) {
        if (stage !== 'decide' || tableOf(text) !== table) continue;
        for (const column of facts) expect(text, `${id} ${column}`).toContain(`:${column}`);
        expect(text, id).toContain(`:${key}`);
      }
    }
  });

  it('[AX-195] insert no row that is ever changed: the mark that an INSERT leaves has the life it began with', () => {
    const updated = new Set(ours.filter(({ text }) => text.startsWith('UPDATE')).map(({ text }) => tableOf(text)));
    expect(updated).toEqual(new Set([...DECIDED].filter((table) => table !== 'oauth_schema')));
    for (const { id, text } of ours) if (updated.has(tableOf(text))) expect(text, id).not.toMatch(/^INSERT/);
  });

  it('order what is written plainly by the record, never by a clock', () => {
    for (const { id, text, stage } of ours) if (stage === 'write') expect(text, id).toMatch(/TIMESTAMP :written_at/);
  });
});
