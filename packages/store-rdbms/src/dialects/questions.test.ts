import { describe, expect, it } from 'vitest';
import { resolveConnection } from '../connection/resolve.ts';
import type { Question } from '../self-check/question.ts';
import type { Row } from '../statement.ts';
import type { Dialect } from './dialect.ts';
import { mssql } from './mssql.ts';
import { mysql } from './mysql.ts';
import { postgresql } from './postgresql.ts';
import { sqlite } from './sqlite.ts';

const DIRECT = resolveConnection('postgresql://gatehouse@localhost/gatehouse');
const POOLED = resolveConnection('postgresql://gatehouse@localhost/gatehouse?pooler=transaction');

function asking(dialect: Dialect, part: string): Question {
  const found = dialect.questions.filter(({ text }) => text.includes(part));
  expect(found, `questions with "${part}"`).toHaveLength(1);
  return found[0] as Question;
}

/** What is asked, what the database answers, and the sentence that refuses it; null: it is taken. */
type Line = readonly [asked: string, rows: readonly Row[], sentence: RegExp | null];

function itTakesOrRefuses(dialect: Dialect, lines: readonly Line[]): void {
  it.each(lines.map(([asked, rows, sentence]) => ({ asked, rows, sentence, answer: JSON.stringify(rows) })))(
    '$asked: $answer, refused by $sentence',
    ({ asked, rows, sentence }) => {
      const refusal = asking(dialect, asked).refuses?.(rows, DIRECT) ?? null;
      if (sentence === null) expect(refusal).toBe(null);
      else expect(refusal).toMatch(sentence);
    },
  );
}

describe('of PostgreSQL open() asks', () => {
  itTakesOrRefuses(postgresql, [
    ['server_version_num', [{ version: '140000' }], null],
    ['server_version_num', [{ version: '180006' }], null],
    ['server_version_num', [{ version: '130022' }], /older than 14: upgrade the server/],
    ['server_version_num', [], /older than 14/],
    ['pg_is_in_recovery', [{ replica: false }], null],
    ['pg_is_in_recovery', [{ replica: true }], /read-only replica: name the primary/],
    ['transaction_isolation', [{ isolation: 'read committed' }], null],
    ['transaction_isolation', [{ isolation: 'serializable' }], /isolation level is serializable: ALTER ROLE/],
    ['transaction_isolation', [], /isolation level is undefined/],
    ['statement_timeout', [{ milliseconds: '2000' }], null],
    ['statement_timeout', [{ milliseconds: '0' }], /did not reach the server: a pooler .* pooler=transaction/],
    ['server_encoding', [{ encoding: 'UTF8' }], null],
    ['server_encoding', [{ encoding: 'SQL_ASCII' }], /encoding is SQL_ASCII: create it with ENCODING 'UTF8'/],
  ]);

  it('behind a pooler whether the server ends statements by itself, and warns where it does not', () => {
    const { refuses, warns } = asking(postgresql, 'statement_timeout');
    expect(refuses?.([{ milliseconds: '0' }], POOLED)).toBe(null);
    expect(warns?.([{ milliseconds: '0' }], POOLED)).toMatch(/ALTER ROLE … SET statement_timeout = 2000/);
    expect(warns?.([{ milliseconds: '500' }], POOLED)).toBe(null);
    expect(warns?.([{ milliseconds: '0' }], DIRECT)).toBe(null);
  });
});

describe('of MySQL and MariaDB open() asks', () => {
  itTakesOrRefuses(mysql, [
    ['VERSION()', [{ value: '8.0.11' }], null],
    ['VERSION()', [{ value: '9.7.4' }], null],
    ['VERSION()', [{ value: '10.6.21-MariaDB' }], null],
    ['VERSION()', [{ value: '11.8.3-MariaDB-log' }], null],
    ['VERSION()', [{ value: '8.0.36-28' }], null],
    ['VERSION()', [{ value: '8.0.mysql_aurora.3.08.2' }], null],
    ['VERSION()', [{ value: '5.5.5-10.11.2-MariaDB-log' }], null],
    ['VERSION()', [{ value: '5.7.mysql_aurora.2.11.6' }], /server is 5\.7\.mysql_aurora\.2\.11\.6: .* is needed/],
    ['VERSION()', [{ value: '5.5.5-10.5.29-MariaDB' }], /server is 5\.5\.5-10\.5\.29-MariaDB: .* is needed/],
    ['VERSION()', [{ value: '5.7.44' }], /server is 5\.7\.44: MySQL 8\.0 or MariaDB 10\.6 is needed/],
    ['VERSION()', [{ value: '10.5.29-MariaDB' }], /server is 10\.5\.29-MariaDB: .* is needed/],
    ['VERSION()', [], /is needed/],
    ['transaction_isolation', [{ value: 'READ-COMMITTED' }], null],
    ['transaction_isolation', [{ value: 'REPEATABLE-READ' }], /isolation level stayed REPEATABLE-READ/],
    ['sql_mode', [{ value: 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION' }], null],
    ['sql_mode', [{ value: 'STRICT_TRANS_TABLES' }], null],
    ['sql_mode', [{ value: 'NO_ENGINE_SUBSTITUTION' }], /sql_mode is not strict, and texts would be cut/],
    ['read_only', [{ value: 'OFF' }], null],
    ['read_only', [{ value: 'ON' }], /read-only replica: name the primary/],
    ['binlog_format', [], null],
    ['binlog_format', [{ value: 'STATEMENT' }], /binlog_format is STATEMENT: set it to ROW/],
  ]);
});

describe('a server of MySQL’s or MariaDB’s protocol is called what it is', () => {
  const named = (scheme: string) => resolveConnection(`${scheme}://gatehouse@localhost/gatehouse`);
  const warned = (scheme: string, value: string): string | null =>
    asking(mysql, 'VERSION()').warns?.([{ value }], named(scheme)) ?? null;

  it('and the setting that would say so is named where it says something else', () => {
    expect(warned('mysql', '11.8.9-MariaDB')).toBe(
      'The store is named as MySQL, and the server is MariaDB (11.8.9-MariaDB): write mariadb: in its URL, or dialect: mariadb.',
    );
    expect(warned('mariadb', '9.7.4')).toMatch(/named as MariaDB, and the server is MySQL \(9\.7\.4\): write mysql:/);
  });

  it.each([
    ['mysql', '9.7.4'],
    ['mysql', '8.0.36-28'],
    ['mysql', '8.0.mysql_aurora.3.08.2'],
    ['mariadb', '5.5.5-10.11.2-MariaDB-log'],
  ])('without a word behind %s: where it is %s', (scheme, value) => {
    expect(warned(scheme, value)).toBeNull();
  });
});

describe('of SQL Server open() asks', () => {
  itTakesOrRefuses(mssql, [
    ['ProductMajorVersion', [{ value: 15, edition: 3 }], null],
    ['ProductMajorVersion', [{ value: 12, edition: 5 }], null],
    ['ProductMajorVersion', [{ value: 14, edition: 3 }], /has version 14: SQL Server 2019 \(15\) or Azure SQL/],
    ['Updateability', [{ value: 'READ_WRITE' }], null],
    ['Updateability', [{ value: 'READ_ONLY' }], /read-only, a secondary for instance: name the primary/],
    ['transaction_isolation_level', [{ value: 2 }], null],
    ['transaction_isolation_level', [{ value: 4 }], /isolation level stayed 4/],
  ]);

  it('whether who reads waits for who writes, and warns where it does', () => {
    const { refuses, warns } = asking(mssql, 'is_read_committed_snapshot_on');
    expect(refuses).toBeUndefined();
    expect(warns?.([{ value: 1 }], DIRECT)).toBe(null);
    expect(warns?.([{ value: 0 }], DIRECT)).toMatch(/SET READ_COMMITTED_SNAPSHOT ON/);
  });
});

describe('of SQLite open() asks', () => {
  itTakesOrRefuses(sqlite, [
    ['journal_mode', [{ journal_mode: 'wal' }], null],
    ['journal_mode', [{ journal_mode: 'memory' }], null],
    ['journal_mode', [{ journal_mode: 'delete' }], /cannot be in WAL mode: put it on a local disk/],
    ['encoding', [{ encoding: 'UTF-8' }], null],
    ['encoding', [{ encoding: 'UTF-16le' }], /not in UTF-8: make it anew/],
  ]);
});
