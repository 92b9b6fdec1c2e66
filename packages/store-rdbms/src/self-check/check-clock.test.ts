import { expect, it } from 'vitest';
import { duration } from './check-clock.ts';

it.each([
  [95_645_762_526, '1107 days'],
  [90_000_000, '1 day 1 hour'],
  [7_380_000, '2 hours 3 minutes'],
  [3_600_500, '1 hour'],
  [61_000, '1 minute 1 second'],
  [800, '800 ms'],
])('%d ms are said as %s', (ms, said) => {
  expect(duration(ms)).toBe(said);
});
