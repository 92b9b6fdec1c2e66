/**
 * Milliseconds that our clock is ahead of another, which said `theirs` at some moment between two of ours; negative where
 * it is behind. Only what no such moment explains counts.
 */
export function clockAhead(theirs: number, before: number, after: number): number {
  return Math.max(0, before - theirs) + Math.min(0, after - theirs);
}
