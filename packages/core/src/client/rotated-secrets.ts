import type { Instant } from '../store/brands.ts';
import type { ClientSecret } from './client.ts';

/**
 * A client's secrets with a new one in front. Of those before, the one that lasts longest goes on until `overlapUntil`,
 * and never longer than it would have.
 */
export function rotatedSecrets(
  before: readonly ClientSecret[],
  hash: string,
  overlapUntil: Instant,
): readonly ClientSecret[] {
  const end = ({ expiresAt = Number.POSITIVE_INFINITY }: ClientSecret): number => expiresAt;
  const [old] = before.toSorted((a, b) => end(b) - end(a));
  return [{ hash }, ...(old ? [{ ...old, expiresAt: Math.min(end(old), overlapUntil) }] : [])];
}
