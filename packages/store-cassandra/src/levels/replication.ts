/** Who keeps copies of a row: per data centre, how many. `SimpleStrategy` is one data centre of the name `*`. */
export interface Replication {
  readonly strategy: string;
  readonly copies: ReadonlyMap<string, number>;
}

/** The data centre of a keyspace that knows none. */
const ANYWHERE = '*';

/**
 * A row of `system_schema.keyspaces`, or what the driver made of it.
 * @returns null where the strategy says no number of copies (that of a single node, or one that nobody knows)
 */
export function replicationOf(options: Readonly<Record<string, string>>): Replication | null {
  const { class: className = '', ...rest } = options;
  const strategy = className.slice(className.lastIndexOf('.') + 1);
  const copies = new Map<string, number>();
  if (strategy === 'SimpleStrategy') copies.set(ANYWHERE, copiesOf(rest['replication_factor']));
  else if (strategy === 'SingleRegionStrategy') copies.set(ANYWHERE, 3);
  else if (strategy === 'NetworkTopologyStrategy')
    for (const [centre, factor] of Object.entries(rest)) {
      const count = copiesOf(factor);
      if (count > 0) copies.set(centre, count);
    }
  return copies.size > 0 && [...copies.values()].every((count) => count > 0) ? { strategy, copies } : null;
}

function copiesOf(factor: string | undefined): number {
  return Number(factor) || 0;
}

/** `3/1`: one of three copies keeps only what is not repaired yet, and counts for a level all the same. */
export function hasTransientCopies(options: Readonly<Record<string, string>>): boolean {
  return Object.values(options).some((factor) => /^\d+\/\d+$/.test(factor));
}

export function copiesInAll({ copies }: Replication): number {
  return [...copies.values()].reduce((sum, count) => sum + count, 0);
}

export function quorumOf(copies: number): number {
  return Math.floor(copies / 2) + 1;
}
