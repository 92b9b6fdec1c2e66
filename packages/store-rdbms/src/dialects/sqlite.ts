import type { Catalogue, ManyId, StatementId } from '../catalogue.ts';
import type { Fault } from '../database/fault.ts';
import type { ManyText, StatementText } from '../statement.ts';
import { COUNT_AT_ONCE } from './count-at-once.ts';
import type { Dialect } from './dialect.ts';
import { standardMany, standardStatements } from './standard.ts';
import { sweepTexts } from './sweep-texts.ts';

const standard = standardStatements({
  bigint: (expression) => `CAST(${expression} AS INTEGER)`,
  page: (query) => `${query} LIMIT :page`,
});

const own: readonly (readonly [StatementId, StatementText])[] = [
  ['count_more', COUNT_AT_ONCE],
  ...sweepTexts(
    'purge',
    false,
    ({ table, within }) => `
      DELETE FROM ${table} WHERE rowid IN (
        SELECT rowid FROM ${table} WHERE ${within}purge_at >= :from_purge AND purge_at < :before
         ORDER BY purge_at LIMIT :page) AND purge_at < :before`,
  ),
  ['clock', { text: "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now_ms", reads: true }],
];

const many: readonly (readonly [ManyId, ManyText])[] = standardMany();

const catalogue: Catalogue = {
  statements: new Map([...standard, ...own]),
  many: new Map(many),
  purge: 'counted',
  countsAtOnce: true,
};

const FAULTS: Readonly<Record<string, Fault>> = {
  SQLITE_BUSY: 'retry',
  SQLITE_LOCKED: 'retry',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'duplicate',
  SQLITE_CONSTRAINT_UNIQUE: 'duplicate',
  SQLITE_CONSTRAINT_ROWID: 'duplicate',
  SQLITE_CONSTRAINT: 'unfit',
  SQLITE_TOOBIG: 'unfit',
  SQLITE_MISMATCH: 'unfit',
  SQLITE_READONLY: 'read-only',
  SQLITE_CANTOPEN: 'busy',
  SQLITE_FULL: 'full',
  SQLITE_IOERR: 'busy',
  SQLITE_PERM: 'forbidden',
  SQLITE_AUTH: 'forbidden',
};

function faultOf(error: unknown): Fault {
  const code = String(error instanceof Error ? Reflect.get(error, 'code') : '');
  if (/no such (?:table|column)/.test(String(error))) return 'missing';
  // An extended code begins with its own: SQLITE_BUSY_SNAPSHOT, SQLITE_READONLY_DBMOVED.
  const known = Object.keys(FAULTS).find((name) => code === name || code.startsWith(`${name}_`));
  return known === undefined ? 'other' : (FAULTS[known] as Fault);
}

export const sqlite: Dialect = {
  name: 'sqlite',
  title: 'SQLite',
  catalogue,
  placeholders: { spell: () => '?', reuses: false },
  maxParameters: 32_766,
  faultOf,
  driver: 'better-sqlite3',
  defaultPort: null,
  local: true,
  database: async (settings, texts, context) =>
    (await import('../engines/sqlite.ts')).sqliteDatabase(sqlite, settings, texts, context),
  questions: [
    {
      text: 'PRAGMA journal_mode',
      refuses: ([row]) =>
        row?.['journal_mode'] === 'wal' || row?.['journal_mode'] === 'memory'
          ? null
          : 'The SQLite file cannot be in WAL mode: put it on a local disk, not on a network share.',
    },
    {
      lasting: true,
      text: 'PRAGMA encoding',
      refuses: ([row]) => (row?.['encoding'] === 'UTF-8' ? null : 'The SQLite file is not in UTF-8: make it anew.'),
    },
  ],
  indexNames: () => "SELECT name FROM sqlite_master WHERE type = 'index'",
  // Of each table's primary key and indexes, which take over what its columns say.
  foldingColumns: () => `
    SELECT DISTINCT t.name || '.' || c.name AS name
      FROM sqlite_master t JOIN pragma_index_list(t.name) i JOIN pragma_index_xinfo(i.name) c
     WHERE t.type = 'table' AND t.name LIKE 'oauth~_%' ESCAPE '~' AND c.name IS NOT NULL AND c.coll <> 'BINARY'`,
  scripts: {
    hasSchema: () => "SELECT 1 AS there FROM sqlite_master WHERE type = 'table' AND name = 'oauth_schema'",
    begin: async (query) => void (await query('BEGIN IMMEDIATE')),
    end: async (query) => void (await query('COMMIT')),
  },
};
