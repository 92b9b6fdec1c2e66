const WITHIN_MS = 2_000;

/**
 * The addresses of the others that a node has everything of in its own tables, which is what clients ask it for. That
 * another is up it says seconds before.
 * @throws Error where it does not answer
 */
export async function knownPeers(host: string, port: number): Promise<readonly string[]> {
  const { auth, Client, policies } = (await import('cassandra-driver')).default;
  const { AllowListPolicy, RoundRobinPolicy } = policies.loadBalancing;
  const place = `${host}:${port}`;
  const client = new Client({
    contactPoints: [place],
    authProvider: new auth.PlainTextAuthProvider('cassandra', 'cassandra'),
    policies: { loadBalancing: new AllowListPolicy(new RoundRobinPolicy(), [place]) },
    socketOptions: { connectTimeout: WITHIN_MS, readTimeout: WITHIN_MS },
  });
  try {
    const { rows } = await client.execute('SELECT data_center, rpc_address, tokens FROM system.peers');
    return rows
      .filter((row) => row['data_center'] !== null && row['tokens'] !== null)
      .map((row) => String(row['rpc_address']));
  } finally {
    await client.shutdown();
  }
}
