import { expect, it } from 'vitest';
import { clockAhead } from './clock-ahead.ts';

it('a clock is ahead or behind by what the time of the answer does not explain', () => {
  expect(clockAhead(1_000, 4_000, 4_100)).toBe(3_000);
  expect(clockAhead(7_000, 4_000, 4_100)).toBe(-2_900);
  for (const within of [4_000, 4_050, 4_100]) expect(clockAhead(within, 4_000, 4_100)).toBe(0);
});
