import type { Level } from './levels/levels.ts';
import type { LevelPlan } from './levels/plan.ts';

export type ProductName = 'cassandra' | 'scylladb' | 'keyspaces' | 'astra';

/** What answers, as far as it says. */
export interface Product {
  readonly name: ProductName;
  /** `5.0.9`; of the server, not of the protocol. */
  readonly version: string;
  /** ScyllaDB: whether the keyspace is kept in tablets. */
  readonly tablets: boolean;
}

export interface ProductRules {
  readonly title: string;
  /** Levels it takes, where they are fewer than Cassandra's. */
  readonly reads?: readonly Level[];
  readonly writes?: readonly Level[];
  readonly commits?: readonly Level[];
  /** Why it cannot carry the store at any level. */
  readonly never?: string;
  /** Whether tables have the options that they are made with; the others' are the service's own. */
  readonly ownTableOptions: boolean;
  readonly notes: readonly string[];
}

/** What differs from Apache Cassandra, by the documentation of each; none of the three has been run against. */
export const PRODUCTS: Readonly<Record<ProductName, ProductRules>> = {
  cassandra: { title: 'Apache Cassandra', ownTableOptions: true, notes: [] },
  scylladb: {
    title: 'ScyllaDB',
    ownTableOptions: true,
    notes: ["Create the keyspace with tablets off: WITH … AND tablets = { 'enabled': false }."],
  },
  keyspaces: {
    title: 'Amazon Keyspaces',
    reads: ['ONE', 'LOCAL_ONE', 'LOCAL_QUORUM'],
    writes: ['LOCAL_QUORUM'],
    commits: ['LOCAL_QUORUM'],
    never:
      'Amazon Keyspaces takes no timestamp that is older than two days, and what registers are listed by has older ones, in the order of their ends: it cannot carry this store.',
    ownTableOptions: false,
    notes: [],
  },
  astra: {
    title: 'DataStax Astra DB',
    writes: ['LOCAL_QUORUM', 'EACH_QUORUM', 'QUORUM', 'ALL'],
    commits: ['LOCAL_QUORUM', 'EACH_QUORUM', 'QUORUM', 'ALL'],
    ownTableOptions: false,
    notes: ['Options of tables are ignored: compaction is the service’s own.'],
  },
};

/** The first version of ScyllaDB in which lightweight transactions work on tablets. */
const SCYLLA_TABLETS = [2025, 4];
const OLDEST = [4, 0];

/** Why this product, or this version of it, cannot carry what is asked of it. One sentence each, naming the fix. */
export function productFaults({ name, version, tablets }: Product, plan: LevelPlan): readonly string[] {
  const { title, reads, writes, commits, never } = PRODUCTS[name];
  const faults: string[] = never === undefined ? [] : [never];
  const check = (setting: string, level: Level | null, allowed: readonly Level[] | undefined): void => {
    if (level !== null && allowed !== undefined && !allowed.includes(level))
      faults.push(`${setting} is ${level}, which ${title} refuses; use ${allowed.join(' or ')}.`);
  };
  check('consistency.write', plan.issue, writes);
  check('consistency.read', plan.find, reads);
  check('consistency.operations.confirm', plan.confirm, reads);
  check('consistency.operations.register', plan.register, reads);
  check('consistency.operations.commit', plan.commit, commits);
  if (name === 'cassandra' && isBefore(version, OLDEST))
    faults.push(
      `The cluster runs Cassandra ${version}, whose reads at QUORUM may step back; use ${OLDEST.join('.')} or later.`,
    );
  if (name === 'scylladb' && tablets && isBefore(version, SCYLLA_TABLETS))
    faults.push(
      `The keyspace is kept in tablets, in which ScyllaDB ${version} knows no lightweight transactions; create it with tablets = { 'enabled': false }, or use ${SCYLLA_TABLETS.join('.')} or later.`,
    );
  return faults;
}

function isBefore(version: string, [major = 0, minor = 0]: readonly number[]): boolean {
  const [isMajor = 0, isMinor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  return isMajor < major || (isMajor === major && isMinor < minor);
}
