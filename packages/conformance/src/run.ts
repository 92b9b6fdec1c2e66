import type { Case, Given } from './case.ts';
import { DEFAULT_CASE_MS, portsOf, type StoreTarget } from './harness.ts';
import { Trial } from './trial.ts';
import { Stop, show, type Violation } from './verdicts.ts';

/**
 * - `kept`, `broken`: the promise.
 * - `skipped`: the case does not apply; the reason says why.
 * - `known`: broken, and listed as known; the reason says why.
 * - `mended`: listed as known to fail, and kept. A failure: the list is out of date.
 */
export type Outcome = 'kept' | 'broken' | 'skipped' | 'known' | 'mended';

export interface Result {
  readonly id: string;
  readonly promise: string;
  readonly outcome: Outcome;
  /** Why it was skipped, or why it is known to fail. */
  readonly reason: string | null;
  readonly violations: readonly Violation[];
  readonly ms: number;
}

export interface Summary {
  readonly kept: number;
  readonly broken: number;
  readonly skipped: number;
  readonly known: number;
  readonly mended: number;
}

const FAILURES: ReadonlySet<Outcome> = new Set<Outcome>(['broken', 'mended']);

/** Whether a result must turn a run red. */
export function isFailure(result: Result): boolean {
  return FAILURES.has(result.outcome);
}

/** Why a case does not apply to a target; null where it does. */
export function reasonToSkip(of: Case, target: StoreTarget): string | null {
  const given: Given = {
    capabilities: target.capabilities,
    ports: portsOf(target),
    settableClock: target.advance === undefined,
  };
  return of.needs?.find((need) => !need.holds(given))?.otherwise ?? null;
}

/** Runs one case in a fresh namespace. Never throws: what goes wrong is a violation. */
export async function runCase(of: Case, target: StoreTarget): Promise<Result> {
  const started = performance.now();
  const result = (outcome: Outcome, reason: string | null, violations: readonly Violation[]): Result => ({
    id: of.id,
    promise: of.promise,
    outcome,
    reason,
    violations,
    ms: Math.round(performance.now() - started),
  });
  const skip = reasonToSkip(of, target);
  if (skip !== null) return result('skipped', skip, []);

  const trial = new Trial(target, of);
  await attempt(trial, 'the case', async () => {
    await trial.begin();
    await within(target.caseMs ?? DEFAULT_CASE_MS, of.run(trial));
  });
  await attempt(trial, 'closing the stores of the case', () => within(DEFAULT_CASE_MS, trial.end()));

  const broken = trial.violations.length > 0;
  const known = target.knownFailures?.[of.id];
  if (known === undefined) return result(broken ? 'broken' : 'kept', null, trial.violations);
  return result(broken ? 'known' : 'mended', known, trial.violations);
}

/** Runs all cases, one after the other. */
export async function* runConformance(cases: readonly Case[], target: StoreTarget): AsyncGenerator<Result, Summary> {
  const summary = { kept: 0, broken: 0, skipped: 0, known: 0, mended: 0 };
  for (const each of cases) {
    const result = await runCase(each, target);
    summary[result.outcome]++;
    yield result;
  }
  return summary;
}

async function attempt(trial: Trial, what: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof Stop)) trial.note(`${what} ran to its end`, 'no error', show(error));
  }
}

async function within(ms: number, action: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([action, late]);
  } finally {
    clearTimeout(timer);
  }
}
