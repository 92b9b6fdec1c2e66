import { overlaps } from './overlap.ts';
import type { LevelPlan } from './plan.ts';
import { copiesInAll, type Replication } from './replication.ts';

/** What the chosen levels mean on this keyspace. */
export interface Promises {
  /** `cluster`: a token that was answered is found by whoever looks next. `eventual`: it may be missed for a while. */
  readonly tokens: 'cluster' | 'eventual';
  /** Milliseconds; see {@link EVENTUAL_BOUND_MS}. */
  readonly boundMs: number;
  readonly levels: LevelPlan;
  /** Copies per data centre. */
  readonly replication: Readonly<Record<string, number>>;
  /** For people, one sentence each. */
  readonly sentences: readonly string[];
}

/** Milliseconds after which a token is everywhere while all its copies can be reached: a write is under way that long at most. */
export const EVENTUAL_BOUND_MS = 1_000;

/** @param confirmMs milliseconds that a second look-up may take before it is made at the level of registers */
export function promisesOf(levels: LevelPlan, replication: Replication, confirmMs: number): Promises {
  const { find, issue } = levels;
  const tokens = overlaps(find, issue, replication) ? 'cluster' : 'eventual';
  return {
    tokens,
    boundMs: tokens === 'cluster' ? 0 : EVENTUAL_BOUND_MS,
    levels,
    replication: Object.fromEntries(replication.copies),
    sentences: sentencesOf(levels, replication, tokens, confirmMs),
  };
}

function sentencesOf(
  levels: LevelPlan,
  replication: Replication,
  tokens: Promises['tokens'],
  confirmMs: number,
): readonly string[] {
  const { find, issue, register, commit, serial } = levels;
  const copies = copiesInAll(replication);
  const lines = [
    `Codes, refresh tokens, revocations, sessions, consents and clients are decided at ${serial}, committed at ${commit} and read at ${register}, whatever else is chosen: nothing is used twice, and what is revoked is dead at once.`,
  ];
  if (tokens === 'cluster')
    lines.push(
      `Access tokens are written at ${issue} and found at ${find}; with ${copies} ${copies === 1 ? 'copy' : 'copies'} every read meets every answered write.`,
    );
  else
    lines.push(
      `Access tokens are written at ${issue} and found at ${find}; with ${copies} ${copies === 1 ? 'copy' : 'copies'} a read may miss a token that was just answered${secondLook(levels, confirmMs)}`,
    );
  if (issue === 'ANY')
    lines.push(
      'At ANY a token is answered although no copy has it, as a hint: it is refused until a copy is back, and lost where the hint is (after max_hint_window, three hours, or with the disk of its coordinator). Use ONE to have it on one copy at least.',
    );
  if (copies === 1)
    lines.push('With one copy of each row, nothing is answered while its node is down; use three in production.');
  return lines;
}

/** The end of the sentence on a read that may miss a token. */
function secondLook({ confirm, register }: LevelPlan, confirmMs: number): string {
  if (confirm === null) return '.';
  const again = `, so one that finds nothing is made again at ${confirm} before it counts`;
  if (confirm === register) return `${again}.`;
  return `${again} (after ${confirmMs} ms at ${register}). While a copy is out of reach, a token that only it has is refused.`;
}
