import { readFileSync } from 'node:fs';
import { splitScript } from '@gatehouse/connection';
import { describe, expect, it } from 'vitest';
import { CompiledCatalogue } from '../database/compiled-catalogue.ts';
import { compile, compileRows, type ManyText, type PlaceholderStyle } from '../statement.ts';
import { TABLES } from '../tables.ts';
import type { Dialect } from './dialect.ts';
import { type GrammarName, objectionsTo } from './grammar.test-support.ts';
import { dialectNamed } from './index.ts';
import { UNIQUE_KEYS } from './unique-keys.ts';

/** What each must refuse, for it is another's: a grammar that takes anything would prove nothing. */
const FOREIGN: Readonly<Record<GrammarName, readonly string[]>> = {
  mssql: [
    'SELECT a FROM t LIMIT 1',
    'SELECT a FROM t FETCH FIRST 1 ROWS ONLY',
    'SELECT a FROM t FOR UPDATE',
    'INSERT INTO t (a) VALUES (1) RETURNING a',
    'INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING',
    'SELECT CAST(a AS bigint) FROM t WHERE b = :1',
    'SELECT `a` FROM t',
    'UPDATE t SET a = 1 WERE b = 2',
  ],
  oracle: [
    'SELECT a FROM t LIMIT 1',
    'DELETE TOP (10) FROM t WHERE a < 1',
    'DELETE FROM t WITH (ROWLOCK, READPAST) WHERE a < 1',
    'INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING',
    'SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM t)',
    'UPDATE t SET a = $1',
    'SELECT a::bigint FROM t',
    'UPDATE t SET a = 1 WERE b = 2',
  ],
};

function manyOf(id: string, many: ManyText, placeholders: PlaceholderStyle): string {
  return many.form === 'arrays'
    ? compile(id, { text: many.text, reads: false }, placeholders).text
    : compileRows(id, many, 3, placeholders).text;
}

/** The same where the tables are in a schema that the connection's user does not own. */
function elsewhere(dialect: Dialect): ReadonlyMap<string, string> {
  const catalogue = new CompiledCatalogue(dialect, 'oauth');
  const scripts = splitScript(readFileSync(scriptOf(dialect.name, 'oauth-server'), 'utf8'));
  return new Map([
    ...catalogue.all.map(({ id, text }): [string, string] => [id, text]),
    ...[...dialect.catalogue.many.keys()].map((id): [string, string] => [id, catalogue.manyOf(id, 3).text]),
    // As `migrate` sends them.
    ...scripts.map((text, index): [string, string] => [`statement ${index + 1}`, catalogue.qualified(text)]),
    ['the names of the indexes', dialect.indexNames('oauth')],
  ]);
}

/** The names of our tables that no schema stands before. */
const BARE = new RegExp(`(?<![.\\w'])(?:${TABLES.join('|')})(?![\\w.'])`, 'i');

function scriptOf(name: string, script: string): URL {
  return new URL(`../../../../sql/${name}/${script}.sql`, import.meta.url);
}

/** Everything that a dialect ever says to its database. */
function textsOf({
  name,
  catalogue,
  placeholders,
  questions,
  foldingColumns,
  indexNames,
  scripts,
}: Dialect): ReadonlyMap<string, string> {
  const file = (script: string): readonly (readonly [string, string])[] =>
    splitScript(readFileSync(scriptOf(name, script), 'utf8')).map((text, index) => [
      `${script}.sql, statement ${index + 1}`,
      text,
    ]);
  return new Map<string, string>([
    ...[...catalogue.statements].map(([id, text]): [string, string] => [id, compile(id, text, placeholders).text]),
    ...[...catalogue.many].map(([id, many]): [string, string] => [id, manyOf(id, many, placeholders)]),
    ...file('oauth-server'),
    ...file('purge'),
    ...questions.map(({ text }, index): [string, string] => [`question ${index + 1}`, text]),
    ['the names of the indexes', indexNames(undefined)],
    ['the columns that fold keys', foldingColumns?.('gatehouse') ?? ''],
    ['the keys', UNIQUE_KEYS[name](undefined)],
    ['the keys of a schema', UNIQUE_KEYS[name]('oauth')],
    ['whether there is a schema', scripts.hasSchema(undefined)],
    ['whether there is a schema of that name', scripts.hasSchema('oauth')],
  ]);
}

describe.each(['mssql', 'oracle'] as const)('the grammar of %s', (name) => {
  it('takes every statement, question and script of ours', () => {
    const texts = textsOf(dialectNamed(name));
    expect(texts.size).toBeGreaterThan(100);
    const refused = [...texts].map(([id, text]) => [id, objectionsTo(name, text)] as const);
    expect(refused.filter(([, objections]) => objections.length > 0)).toEqual([]);
  });

  it('takes every statement and script where the tables are in another schema, each table named with it', () => {
    const texts = elsewhere(dialectNamed(name));
    const bare = [...texts].filter(([id, text]) => id !== 'the names of the indexes' && BARE.test(text));
    expect(bare).toEqual([]);
    const refused = [...texts].map(([id, text]) => [id, objectionsTo(name, text)] as const);
    expect(refused.filter(([, objections]) => objections.length > 0)).toEqual([]);
  });

  it.each(FOREIGN[name])('refuses what is foreign: %s', (text) => {
    expect(objectionsTo(name, text)).not.toEqual([]);
  });
});
