import { type Key, keyOf } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import {
  clientColumn,
  epochClientColumn,
  givenText,
  pairColumn,
  storedText,
  subjectColumn,
  tenantColumn,
} from './columns.ts';

const COLUMN = /^[!-~]+$/;

describe('a client id as a column', () => {
  it('is itself where it is printable ASCII without a space at an end', () => {
    for (const id of ['app', 'My App/1', 'https://client.example/id?x=1', 'a', '}', 'x'.repeat(255)])
      expect(clientColumn(id)).toBe(id);
  });

  it('is a hash that no other id has where a database could take it for another', () => {
    const odd = [
      'app ',
      ' app',
      ' ',
      'käse',
      'app\n',
      '~app',
      `~${'A'.repeat(43)}`,
      '\u{1f469}',
      'a\tb',
      'é',
      'e\u0301',
    ];
    const columns = odd.map(clientColumn);
    for (const column of columns) expect(column).toMatch(/^~[A-Za-z0-9_-]{43}$/);
    expect(new Set([...columns, clientColumn('app')]).size).toBe(odd.length + 1);
    // A client that names itself like the column of another does not get it.
    expect(clientColumn(clientColumn('app '))).not.toBe(clientColumn('app '));
  });
});

it('a namespace is a column of at most 64 letters', () => {
  expect(tenantColumn('https://auth.example')).toBe('https://auth.example');
  for (const long of ['https://auth.example/'.padEnd(65, 'x'), 'é', '', ' a']) {
    expect(tenantColumn(long)).toMatch(COLUMN);
    expect(tenantColumn(long).length).toBeLessThanOrEqual(64);
  }
});

it('only the epoch under a client’s own key is the client’s', () => {
  const ownKey = (id: string): Key => keyOf('client_epoch', id);
  const stray = 'k'.repeat(43) as Key;
  expect(epochClientColumn(ownKey('app'), 'app', ownKey)).toBe('app');
  expect(epochClientColumn(stray, 'app', ownKey)).toBe(`~${stray}`);
  expect(epochClientColumn(stray, null, ownKey)).toBe(`~${stray}`);
});

it('subjects and pairs are hashes that tell every difference', () => {
  expect(new Set(['ann', 'Ann', 'ann ', '', 'ann\u0000'].map(subjectColumn)).size).toBe(5);
  const key = 'k'.repeat(43) as Key;
  expect(
    new Set([pairColumn('a', key), pairColumn('A', key), pairColumn('a ', key), pairColumn('a","', key)]).size,
  ).toBe(4);
});

it('no text is stored empty, and every text comes back', () => {
  for (const text of ['', '~', '~~', '{"v":1}', ' ', '~{"v":1}']) {
    expect(storedText(text)).not.toBe('');
    expect(givenText(storedText(text))).toBe(text);
  }
  expect(storedText('{"v":1}')).toBe('{"v":1}');
});
