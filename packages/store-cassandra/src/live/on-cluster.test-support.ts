import type { CassandraCluster } from '@gatehouse/testkit';
import type { Client, DseClientOptions } from 'cassandra-driver';
import { importDriver } from '../session/driver.ts';

/** Milliseconds: a new table takes a busy node its time. */
export const PATIENCE = { readTimeout: 60_000 } as const;

/** What a test asks of a cluster beside the store. */
export async function onCluster<T>(
  { contactPoints, localDataCenter }: Pick<CassandraCluster, 'contactPoints' | 'localDataCenter'>,
  work: (client: Client) => Promise<T>,
  options: DseClientOptions = {},
): Promise<T> {
  const { Client } = await importDriver();
  const client = new Client({
    contactPoints: [...contactPoints],
    localDataCenter,
    socketOptions: PATIENCE,
    ...options,
  });
  try {
    return await work(client);
  } finally {
    await client.shutdown();
  }
}
