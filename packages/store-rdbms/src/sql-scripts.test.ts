import { readdirSync, readFileSync } from 'node:fs';
import { splitScript } from '@gatehouse/connection';
import { describe, expect, it } from 'vitest';
import { checksumOf, checksumSaid } from './migrate/checksum.ts';
import { upgradesFrom, wholeSchema } from './migrate/scripts.ts';
import { DEFAULT_CLOCK_TOLERANCE_MS } from './options.ts';
import { RESERVED } from './reserved-words.test-support.ts';
import {
  COLUMNS,
  INDEXES,
  KEYS,
  REGISTERS,
  registerColumns,
  SCHEMA_VERSION,
  SWEPT,
  TABLES,
  TOKEN_COLUMNS,
} from './tables.ts';

const FOLDER = new URL('../../../sql/', import.meta.url);
const DBMS = ['postgresql', 'mysql', 'sqlite', 'mssql', 'oracle', 'db2'] as const;
type Dbms = (typeof DBMS)[number];

const fileOf = (dbms: Dbms, name: string): string => readFileSync(new URL(`${dbms}/${name}`, FOLDER), 'utf8');

interface Table {
  readonly columns: Readonly<Record<string, { readonly type: string; readonly required: boolean }>>;
  readonly key: readonly string[];
}

interface Schema {
  readonly tables: Readonly<Record<string, Table>>;
  readonly indexes: Readonly<
    Record<string, { readonly table: string; readonly columns: readonly string[]; readonly unique: boolean }>
  >;
}

const list = (text: string): string[] => text.split(',').map((name) => name.trim());

/** The scripts are plain, so that plain patterns read them: a line of a table is a column, a key or an index. */
function schemaOf(script: string): Schema {
  const tables: Record<string, Table> = {};
  const indexes: Record<string, Schema['indexes'][string]> = {};
  for (const statement of splitScript(script)) {
    const created = /CREATE TABLE (?:IF NOT EXISTS )?(\w+) \(\n([\s\S]*?)\n\)/.exec(statement);
    if (created) {
      const [, table = '', body = ''] = created;
      const columns: Record<string, { type: string; required: boolean }> = {};
      let key: readonly string[] = [];
      for (const line of body.split('\n').map((one) => one.trim().replace(/,$/, ''))) {
        const primary = /^(?:CONSTRAINT \w+ )?PRIMARY KEY (?:NONCLUSTERED )?\((.*)\)$/.exec(line);
        const index = /^(UNIQUE )?KEY (\w+) \((.*)\)$/.exec(line);
        const column = /^(\w+)\s+(.*?)(\s+NOT NULL)?$/.exec(line);
        if (primary) key = list(primary[1] ?? '');
        else if (index)
          indexes[index[2] ?? ''] = { table, columns: list(index[3] ?? ''), unique: index[1] !== undefined };
        else if (column) columns[column[1] ?? ''] = { type: column[2] ?? '', required: column[3] !== undefined };
      }
      tables[table] = { columns, key };
    }
    const index = /CREATE (UNIQUE )?(?:CLUSTERED )?INDEX (?:IF NOT EXISTS )?(\w+)\s+ON (\w+) \((.*)\)/.exec(statement);
    if (index)
      indexes[index[2] ?? ''] = {
        table: index[3] ?? '',
        columns: list(index[4] ?? ''),
        unique: index[1] !== undefined,
      };
  }
  return { tables, indexes };
}

const SCHEMAS = Object.fromEntries(DBMS.map((dbms) => [dbms, schemaOf(fileOf(dbms, 'oauth-server.sql'))])) as Record<
  Dbms,
  Schema
>;

/** What a type is for, whatever it is called. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^(?:n?varchar|varchar2|character varying)\s*\(/i, 'text'],
  [/^(?:text|mediumtext|clob|nvarchar\(max\))/i, 'long text'],
  [/^(?:bigint|number\(19\))/i, 'bigint'],
  [/^(?:int|integer|number\(10\))/i, 'integer'],
];

const kindOf = (type: string): string => {
  if (/^nvarchar\(max\)/i.test(type)) return 'long text';
  return KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? type;
};

/** Every column with what it is for; SQLite has only texts and integers. */
const shapeOf = (table: Table): Record<string, string> =>
  Object.fromEntries(
    Object.entries(table.columns).map(([name, { type, required }]) => [name, `${kindOf(type)}${required ? '' : '?'}`]),
  );

const coarse = (shape: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(shape).map(([name, kind]) => [name, kind.replace('long text', 'text').replace('bigint', 'integer')]),
  );

const lastOf = (columns: readonly string[]): readonly string[] => [...columns].sort();

describe('the six scripts', () => {
  const reference = SCHEMAS.postgresql;

  it.each(DBMS)('%s: the same tables, columns, keys and indexes as all others', (dbms) => {
    const schema = SCHEMAS[dbms];
    expect(Object.keys(schema.tables).sort()).toEqual([...TABLES].sort());
    for (const [name, table] of Object.entries(reference.tables)) {
      const own = schema.tables[name] as Table;
      expect(own.key, name).toEqual(table.key);
      if (dbms === 'sqlite') expect(coarse(shapeOf(own)), name).toEqual(coarse(shapeOf(table)));
      else expect(shapeOf(own), name).toEqual(shapeOf(table));
    }
    expect(schema.indexes).toEqual(reference.indexes);
  });

  it('are what the statements speak of', () => {
    for (const [kind, { table, key, revocable }] of Object.entries(REGISTERS)) {
      const columns = [
        ...registerColumns(kind as keyof typeof REGISTERS),
        'version',
        ...(revocable ? ['revoked_at', 'reason', 'client_epoch'] : []),
      ];
      expect(lastOf(Object.keys(reference.tables[table]?.columns ?? {}))).toEqual(lastOf(columns));
      // A client's epoch is joined by the client, and found by its key.
      const keys = kind === 'client_epoch' ? ['tenant_id', 'client_id'] : ['tenant_id', key];
      expect(reference.tables[table]?.key).toEqual(keys);
    }
    expect(lastOf(Object.keys(reference.tables['oauth_access_token']?.columns ?? {}))).toEqual(
      lastOf([...TOKEN_COLUMNS, 'client_epoch', 'revoked_at']),
    );
    const indexes = Object.fromEntries(
      Object.entries(reference.indexes).map(([name, { table, columns }]) => [name, { table, columns }]),
    );
    expect(indexes).toEqual(INDEXES);
    expect(
      Object.entries(reference.indexes)
        .filter(([, { unique }]) => unique)
        .map(([name]) => name),
    ).toEqual(['oauth_client_epoch_key']);
    for (const [table, { columns }] of Object.entries(reference.tables))
      expect(lastOf(COLUMNS[table] ?? []), table).toEqual(
        lastOf(Object.keys(columns).filter((name) => name !== 'applied_at')),
      );
    const keyed = KEYS.filter(({ primary }) => primary).map(({ table, columns }) => [table, columns]);
    expect(Object.fromEntries(keyed)).toEqual(
      Object.fromEntries(Object.entries(reference.tables).map(([table, { key }]) => [table, key])),
    );
    expect(KEYS.filter(({ primary }) => !primary).map(({ columns }) => columns)).toEqual([
      INDEXES['oauth_client_epoch_key']?.columns,
    ]);
  });

  it('[store-67] have a purge_at exactly where the sweep looks', () => {
    const ending = Object.entries(reference.tables).filter(([, { columns }]) => 'purge_at' in columns);
    expect(ending.map(([name]) => name).sort()).toEqual(
      Object.values(SWEPT)
        .map(({ table }) => table)
        .sort(),
    );
  });

  it.each(DBMS)('%s: names of at most 30 letters, none of them reserved', (dbms) => {
    const { tables, indexes } = SCHEMAS[dbms];
    const constraints = [...fileOf(dbms, 'oauth-server.sql').matchAll(/CONSTRAINT (\w+)/g)].map(
      ([, name]) => name ?? '',
    );
    const names = [
      ...Object.keys(tables),
      ...Object.keys(indexes),
      ...constraints,
      ...Object.values(tables).flatMap(({ columns }) => Object.keys(columns)),
    ];
    for (const name of names) {
      expect(name.length, name).toBeLessThanOrEqual(30);
      expect(RESERVED[dbms].has(name.toUpperCase()), `${name} is reserved`).toBe(false);
    }
  });

  it.each(DBMS)('%s: carry their version and the checksum of their statements', (dbms) => {
    const scripts = [wholeSchema(dbms, SCHEMA_VERSION), ...upgradesFrom(dbms, 0)];
    for (const { name, version, text } of scripts) {
      expect(checksumSaid(text), `write this checksum into ${name}`).toBe(checksumOf(text));
      expect(text, name).toMatch(new RegExp(`SELECT ${version}, `));
    }
  });

  it.each(DBMS.filter((dbms) => dbms !== 'sqlite'))('%s: grants the four verbs on every table, and no more', (dbms) => {
    const text = fileOf(dbms, 'oauth-server.sql');
    for (const table of TABLES) {
      const verbs = table === 'oauth_schema' ? 'SELECT' : 'SELECT, INSERT, UPDATE, DELETE';
      expect(text).toMatch(new RegExp(`^--   GRANT ${verbs} ON (?:\\w+\\.)?${table} TO `, 'm'));
    }
    expect(text).not.toMatch(/GRANT (?:ALL|CREATE TABLE|ALTER|DROP)/);
  });

  it.each(DBMS)('%s: has a folder for upgrades', (dbms) => {
    const files = readdirSync(new URL(`${dbms}/upgrade/`, FOLDER));
    for (const file of files) expect(file).toMatch(/^(?:README\.md|\d{3}-[a-z0-9-]+\.sql)$/);
  });
});

/** The database's clock as purge.sql asks for it: one that a statement sees standing still, so that an index serves. */
const NOW: Readonly<Record<Dbms, string>> = {
  postgresql: 'CAST(extract(epoch FROM now()) * 1000 AS bigint)',
  mysql: 'CAST(unix_timestamp(current_timestamp(3)) * 1000 AS signed)',
  sqlite: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
  mssql: "datediff_big(ms, '1970-01-01', sysutcdatetime())",
  oracle: "round((CAST(sys_extract_utc(systimestamp) AS DATE) - DATE '1970-01-01') * 86400) * 1000",
  db2: '(BIGINT(DAYS(CURRENT TIMESTAMP - CURRENT TIMEZONE) - 719163) * 86400 + MIDNIGHT_SECONDS(CURRENT TIMESTAMP - CURRENT TIMEZONE)) * 1000',
};

describe('purge.sql', () => {
  it.each(DBMS)('%s: one bounded step for each table, under the condition of the sweep', (dbms) => {
    const statements = splitScript(fileOf(dbms, 'purge.sql'))
      .map((text) => text.replace(/\s+/g, ' '))
      .filter((text) => text !== 'COMMIT');
    const tables = statements.map((text) => /^DELETE (?:TOP \(1000\) )?FROM (\w+)/.exec(text)?.[1]);
    expect([...tables].sort()).toEqual(
      Object.values(SWEPT)
        .map(({ table }) => table)
        .sort(),
    );
    // `purge_at < :before`, where before is now less twice the clock tolerance.
    const condition = `purge_at < ${NOW[dbms]} - ${2 * DEFAULT_CLOCK_TOLERANCE_MS}`;
    for (const text of statements) {
      expect(text).toContain(condition);
      expect(text.replaceAll(condition, ''), 'no other condition on time').not.toMatch(/purge_at\s*[<>=]/);
      expect(text, 'bounded').toMatch(/LIMIT 1000\b|TOP \(1000\)|ROWNUM <= 1000|FIRST 1000 ROWS/);
      // Where rows are picked first, what was prolonged before the removal stays.
      if (text.includes('(SELECT') || text.includes('( SELECT'))
        expect(text.endsWith(`AND ${condition}`), text).toBe(true);
    }
  });
});
