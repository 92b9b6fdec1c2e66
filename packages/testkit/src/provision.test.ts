import { describe, expect, test } from 'vitest';
import { provide, requiredBackends } from './provision.ts';

const missing = (): never => {
  throw new Error('No such thing here.');
};

describe('what a run requires', () => {
  test('is read from REQUIRE_BACKENDS, blanks dropped', () => {
    expect(requiredBackends({ REQUIRE_BACKENDS: 'cache, browser,,python ' })).toEqual(
      new Set(['cache', 'browser', 'python']),
    );
    expect(requiredBackends({})).toEqual(new Set());
  });

  test('is a skip with its reason where it is missing and not required', async () => {
    expect(await provide('browser', missing, new Set(['cache']))).toEqual({
      available: false,
      reason: 'No such thing here.',
    });
  });

  test('is a failure that names it where it is missing and required', async () => {
    await expect(provide('browser', missing, new Set(['browser']))).rejects.toThrow(
      'REQUIRE_BACKENDS names browser: No such thing here.',
    );
  });

  test('is handed over where it is there', async () => {
    expect(await provide('browser', () => 7, new Set(['browser']))).toEqual({ available: true, value: 7 });
  });
});
