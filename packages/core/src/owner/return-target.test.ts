import { expect, it } from 'vitest';
import { returnTarget } from './return-target.ts';
import { FOREIGN_TARGETS, OWN_TARGETS } from './return-targets.test-support.ts';

const target = (text: string | undefined) => returnTarget(text, '/api/oauth/authorize', 16_384);

it.each(FOREIGN_TARGETS)('[SEC-18] [SEC-83] [AX-225] %j is not where a login leads', (text) => {
  expect(target(text)).toBeNull();
});

it.each(OWN_TARGETS)('%j is', (text) => {
  expect(target(text)).toBe(text);
});

it('a form without the field leads to the first page', () => {
  expect(target(undefined)).toBeNull();
});
