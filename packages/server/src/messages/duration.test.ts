import { describe, expect, test } from 'vitest';
import { durationInWords } from './duration.ts';

describe('a lifetime in words', () => {
  test.each([
    [3600, 'en', '1 hour'],
    [43_200, 'en', '12 hours'],
    [2_592_000, 'en', '30 days'],
    [5400, 'en', '1 hour, 30 minutes'],
    [90_061, 'en', '1 day, 1 hour'],
    [61, 'en', '1 minute, 1 second'],
    [0, 'en', '0 seconds'],
    [3600, 'de', '1 Stunde'],
    [172_800, 'de', '2 Tage'],
  ])('%i s in %s: %s', (seconds, language, words) => {
    expect(durationInWords(seconds, language)).toBe(words);
  });
});
