import type { Level } from './levels.ts';
import { copiesInAll, quorumOf, type Replication } from './replication.ts';

/**
 * Which copies have answered when a level is reached.
 * - `total`: so many of all, wherever they are.
 * - `local`: so many in the caller's own data centre, whichever that is.
 * - `each`: so many in every data centre.
 */
type Reach =
  | { readonly where: 'total'; readonly count: number }
  | { readonly where: 'local' | 'each'; readonly count: (copies: number) => number };

function reachOf(level: Level, replication: Replication): Reach {
  const all = copiesInAll(replication);
  switch (level) {
    // A hint is no copy.
    case 'ANY':
      return { where: 'total', count: 0 };
    case 'ONE':
      return { where: 'total', count: 1 };
    case 'TWO':
      return { where: 'total', count: 2 };
    case 'THREE':
      return { where: 'total', count: 3 };
    case 'QUORUM':
    case 'SERIAL':
      return { where: 'total', count: quorumOf(all) };
    case 'ALL':
      return { where: 'total', count: all };
    case 'LOCAL_ONE':
      return { where: 'local', count: () => 1 };
    case 'LOCAL_QUORUM':
    case 'LOCAL_SERIAL':
      return { where: 'local', count: quorumOf };
    case 'EACH_QUORUM':
      return { where: 'each', count: quorumOf };
  }
}

/** Whether every read at the one level meets every answered write at the other: R + W > RF, data centre by data centre. */
export function overlaps(read: Level, write: Level, replication: Replication): boolean {
  const centres = [...replication.copies.values()];
  const [r, w] = [inOneCentre(reachOf(read, replication), centres), inOneCentre(reachOf(write, replication), centres)];
  const all = copiesInAll(replication);
  if (r.where === 'total' || w.where === 'total') return least(r, centres) + least(w, centres) > all;
  // Two callers in two data centres, each at its own.
  if (r.where === 'local' && w.where === 'local') return false;
  return centres.every((copies) => r.count(copies) + w.count(copies) > copies);
}

/** The copies that a level needs at once in the worst place to ask from. */
export function copiesNeeded(level: Level, replication: Replication, localDataCenter: string): number {
  const reach = reachOf(level, replication);
  if (reach.where === 'total') return reach.count;
  const local = replication.copies.get(localDataCenter) ?? copiesInAll(replication);
  return reach.where === 'local' ? reach.count(local) : least(reach, [...replication.copies.values()]);
}

/** The copies there are for a level to find. */
export function copiesOffered(level: Level, replication: Replication, localDataCenter: string): number {
  const local = level.startsWith('LOCAL_');
  if (!local || replication.strategy !== 'NetworkTopologyStrategy') return copiesInAll(replication);
  return replication.copies.get(localDataCenter) ?? 0;
}

/** With one data centre, local, each and total are the same. */
function inOneCentre(reach: Reach, centres: readonly number[]): Reach {
  const [only, ...others] = centres;
  if (reach.where === 'total' || only === undefined || others.length > 0) return reach;
  return { where: 'total', count: reach.count(only) };
}

function least(reach: Reach, centres: readonly number[]): number {
  if (reach.where === 'total') return reach.count;
  const counts = centres.map((copies) => reach.count(copies));
  return reach.where === 'local' ? Math.min(...counts) : counts.reduce((sum, count) => sum + count, 0);
}
