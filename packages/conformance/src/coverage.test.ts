import { expect, it } from 'vitest';
import { CASES } from './cases.ts';
import { COVERAGE } from './coverage.ts';

it('every number of the contract is proved by a case, or says where else', () => {
  expect(COVERAGE.map(({ number }) => number)).toEqual(Array.from({ length: 69 }, (_, index) => index + 1));
  expect(COVERAGE.filter(({ cases, elsewhere }) => cases.length === 0 && elsewhere === null)).toEqual([]);
});

it('names only cases that are there', () => {
  const ids = new Set(CASES.map(({ id }) => id));
  expect(COVERAGE.flatMap(({ cases }) => cases).filter((id) => !ids.has(id))).toEqual([]);
});

it('ids are unique and say their number; promises are one sentence', () => {
  const ids = CASES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^(store-\d\d|flow)(-[a-z0-9]+)+$/.test(id))).toEqual([]);
  expect(CASES.filter(({ promise }) => !/^\S[^\n]*\.$/.test(promise)).map(({ id }) => id)).toEqual([]);
});
