/** What is known of the cluster that a keyspace is to be created on. */
export interface Nodes {
  /** Nodes per data centre. */
  readonly centres: ReadonlyMap<string, number>;
}

/** Copies of a row that a loss of one node at a time leaves a majority of. */
const WANTED = 3;

/** The statement that creates a keyspace, as far as the cluster allows the copies that production needs. */
export function keyspaceStatement(keyspace: string, { centres }: Nodes): string {
  const copies = [...centres].map(([centre, nodes]) => `'${centre.replaceAll("'", "''")}': ${Math.min(WANTED, nodes)}`);
  return `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', ${copies.join(', ')}};`;
}

/** What to think of before running it. */
export function keyspaceAdvice(keyspace: string, nodes: Nodes): string {
  const few = [...nodes.centres].filter(([, count]) => count < WANTED);
  return [
    `The keyspace ${keyspace} is not there, and nobody but you knows how many copies it needs. On this cluster:`,
    '',
    `  ${keyspaceStatement(keyspace, nodes)}`,
    '',
    `- ${WANTED} copies in each data centre let one node fail while everything goes on.`,
    ...few.map(
      ([centre, count]) =>
        `- ${centre} has ${count} ${count === 1 ? 'node' : 'nodes'}: enough to try things out, not for production.`,
    ),
    '- List the data centres whose Gatehouse nodes shall answer; with several, decisions are made across all of them.',
    "- ScyllaDB before 2025.4: add AND tablets = {'enabled': false}, since tablets know no lightweight transactions there.",
    '- `gatehouse migrate --create-keyspace` runs the statement as it is printed here.',
  ].join('\n');
}
