import type { Case } from './case.ts';

/** What a test runner shows: the ids first, then the promise. */
export function titleOf(of: Case): string {
  return `${[of.id, ...(of.proves ?? [])].map((id) => `[${id}]`).join(' ')} ${of.promise}`;
}
