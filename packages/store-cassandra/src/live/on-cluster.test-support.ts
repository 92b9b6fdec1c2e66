import type { CassandraCluster } from '@gatehouse/testkit';
import type { Client, DseClientOptions } from 'cassandra-driver';
import { importDriver } from '../session/driver.ts';

/** What a test asks of a cluster beside the store. */
export async function onCluster<T>(
  { contactPoints, localDataCenter }: Pick<CassandraCluster, 'contactPoints' | 'localDataCenter'>,
  work: (client: Client) => Promise<T>,
  options: DseClientOptions = {},
): Promise<T> {
  const { Client } = await importDriver();
  const client = new Client({ contactPoints: [...contactPoints], localDataCenter, ...options });
  try {
    return await work(client);
  } finally {
    await client.shutdown();
  }
}
