import { expect, it } from 'vitest';
import { formatFailure, formatSkips, formatTable } from './format-table.ts';
import type { Result } from './run.ts';

const base = { promise: 'It holds.', reason: null, violations: [], ms: 1 };
const violation = { caseId: 'b', promise: 'It holds.', what: 'the state', expected: '2', seen: '1' };
const results: readonly Result[] = [
  { ...base, id: 'store-01-a', outcome: 'kept' },
  { ...base, id: 'store-02-longer', outcome: 'broken', violations: [violation] },
  { ...base, id: 'store-03-c', outcome: 'skipped', reason: 'it cannot' },
  { ...base, id: 'store-04-d', outcome: 'skipped', reason: 'it cannot' },
  { ...base, id: 'store-05-e', outcome: 'mended', reason: 'it could not' },
];

it('prints promises with results, what was seen, why not, and the counts', () => {
  expect(formatTable(results)).toBe(
    [
      'kept     store-01-a       It holds.',
      'BROKEN   store-02-longer  It holds.',
      '         the state: expected 2, saw 1',
      'skipped  store-03-c       It holds.',
      '         because it cannot',
      'skipped  store-04-d       It holds.',
      '         because it cannot',
      'MENDED   store-05-e       It holds.',
      '         because it could not',
      '',
      '1 kept, 1 broken, 2 skipped, 1 mended',
      '',
    ].join('\n'),
  );
});

it('counts skips by their reason', () => {
  expect(formatSkips(results)).toEqual(['2 skipped, it cannot: store-03-c, store-04-d']);
});

it('says in a failed test what was expected and seen, or that a list is out of date', () => {
  expect(formatFailure(results[1] as Result)).toContain('the state\n    expected 2\n    saw      1');
  expect(formatFailure(results[4] as Result)).toContain('Take it off the list');
});
