import type { Instant } from '../store/brands.ts';

/**
 * A client's secrets with a new one in front. Of those before, the one that lasts longest goes on until `overlapUntil`,
 * and never longer than it would have.
 */
export function rotatedSecrets<S extends { readonly expiresAt?: Instant }>(
  before: readonly S[],
  fresh: S,
  overlapUntil: Instant,
): readonly S[] {
  const end = ({ expiresAt = Number.POSITIVE_INFINITY }: S): number => expiresAt;
  const [old] = before.toSorted((a, b) => end(b) - end(a));
  return [fresh, ...(old ? [{ ...old, expiresAt: Math.min(end(old), overlapUntil) }] : [])];
}
