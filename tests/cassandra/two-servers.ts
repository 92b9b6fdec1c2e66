import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type CassandraCluster, freePort, type StartedServer, startServer } from '@gatehouse/testkit';

const MAIN = fileURLToPath(new URL('../../packages/server/src/cli/main.ts', import.meta.url));

export interface Levels {
  readonly read: string;
  readonly write: string;
}

/** Two Gatehouse processes before one keyspace of a cluster, as one issuer. */
export interface TwoServers {
  readonly servers: readonly [StartedServer, StartedServer];
  readonly store: string;
  close(): Promise<void>;
}

function storeUrl(cluster: CassandraCluster, keyspace: string, { read, write }: Levels): string {
  return `${cluster.url(keyspace)}&consistency.read=${read}&consistency.write=${write}`;
}

/** Runs the command line. @returns its exit code and everything it said */
async function gatehouse(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (piece) => (text += piece));
  const [code] = (await once(child, 'close')) as [number];
  return { code, text };
}

/** Makes the keyspace by `gatehouse migrate` and starts both. */
export async function twoServers(cluster: CassandraCluster, keyspace: string, levels: Levels): Promise<TwoServers> {
  const store = storeUrl(cluster, keyspace, levels);
  const migrated = await gatehouse('migrate', '--store', store, '--create-keyspace');
  if (migrated.code !== 0) throw new Error(`gatehouse migrate ended with ${migrated.code}: ${migrated.text}`);
  const [port, other] = [await freePort(), await freePort()];
  const env = {
    GATEHOUSE_ISSUER: `http://localhost:${port}`,
    GATEHOUSE_SECRETS: 'of-these-tests-alone-0123456789abcdef',
  };
  const start = (at: number): Promise<StartedServer> => startServer({ port: at, env, args: ['--store', store] });
  const servers = [await start(port), await start(other)] as const;
  return {
    servers,
    store,
    async close() {
      await Promise.all(servers.map((server) => server.stop('SIGKILL')));
    },
  };
}
