import { STORE_LIMITS } from '@gatehouse/core';
import type { Setting } from '../setting.ts';
import { whole } from '../value-types.ts';

/** The three settings of a limit of failures: what it counts, and what follows where there are too many. */
export function failureLimit(key: string, meaning: string, follows: string, reference?: string): readonly Setting[] {
  return [
    {
      key: `${key}.failures`,
      type: whole(1, STORE_LIMITS.failures),
      meaning,
      ...(reference === undefined ? {} : { reference }),
    },
    { key: `${key}.windowSeconds`, type: whole(1, 86_400), unit: 's', meaning: 'The window.' },
    {
      key: `${key}.lockSeconds`,
      type: whole(1, 604_800),
      unit: 's',
      meaning: `What follows: ${follows} for this long.`,
    },
  ];
}
