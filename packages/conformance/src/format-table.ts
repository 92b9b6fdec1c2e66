import type { Outcome, Result } from './run.ts';

const WORD: Record<Outcome, string> = {
  kept: 'kept',
  broken: 'BROKEN',
  skipped: 'skipped',
  known: 'known',
  mended: 'MENDED',
};

/** The table of promises with their results, as plain text; under each that was not kept, what was seen instead. */
export function formatTable(results: readonly Result[]): string {
  const width = Math.max(0, ...results.map(({ id }) => id.length));
  const lines = results.flatMap((result) => [
    `${WORD[result.outcome].padEnd(8)} ${result.id.padEnd(width)}  ${result.promise}`,
    ...(result.reason === null ? [] : [`         because ${result.reason}`]),
    ...result.violations.map(({ what, expected, seen }) => `         ${what}: expected ${expected}, saw ${seen}`),
  ]);
  return `${[...lines, '', formatCounts(results)].join('\n')}\n`;
}

/** One line: `58 kept, 0 broken, 3 skipped`, and known failures where there are any. */
export function formatCounts(results: readonly Result[]): string {
  const count = (outcome: Outcome): number => results.filter((result) => result.outcome === outcome).length;
  const always: readonly Outcome[] = ['kept', 'broken', 'skipped'];
  const sometimes = (['known', 'mended'] as const).filter((outcome) => count(outcome) > 0);
  return [...always, ...sometimes].map((outcome) => `${count(outcome)} ${outcome}`).join(', ');
}

/** Why cases were skipped, one line each reason, with how many. */
export function formatSkips(results: readonly Result[]): readonly string[] {
  const reasons = Map.groupBy(
    results.filter(({ outcome }) => outcome === 'skipped'),
    ({ reason }) => reason ?? '',
  );
  return [...reasons].map(
    ([reason, skipped]) => `${skipped.length} skipped, ${reason}: ${skipped.map(({ id }) => id).join(', ')}`,
  );
}

/** What a failed test says. */
export function formatFailure(result: Result): string {
  if (result.outcome === 'mended')
    return `Kept, though listed as known to fail: ${result.reason}. Take it off the list.`;
  return [
    result.promise,
    ...result.violations.map(({ what, expected, seen }) => `  ${what}\n    expected ${expected}\n    saw      ${seen}`),
  ].join('\n');
}
