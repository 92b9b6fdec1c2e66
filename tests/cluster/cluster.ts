import { randomBytes } from 'node:crypto';
import { type StartedServer, startServer } from '@gatehouse/testkit';
import { gatehouse } from '../server/command-line.ts';
import { type RoundRobin, startRoundRobin } from './round-robin.ts';

/** Settings as a configuration file has them. */
export type Settings = Readonly<Record<string, unknown>>;

/** Server processes on one database, and the one address that clients know. */
export interface Cluster {
  readonly url: string;
  readonly balancer: RoundRobin;
  /** What every server of it is configured with, the store included. */
  readonly settings: Settings;
  readonly servers: readonly StartedServer[];
  /**
   * One more. @param more over the settings of all @param env variables of its own @param port default: a free one
   * @param main another release's command line
   */
  start(more?: Settings, env?: Readonly<Record<string, string>>, port?: number, main?: string): Promise<StartedServer>;
  /** Ends one as a crash would; the balancer still sends requests to where it was. */
  kill(server: StartedServer): Promise<void>;
  close(): Promise<void>;
}

/** A busy machine is no hanging database: limits that nothing honest meets. */
const PATIENT: Settings = {
  connectMs: 9_000,
  acquireMs: 9_000,
  statementMs: 8_000,
  lockMs: 5_000,
  callMs: 10_000,
};

/** The store of tests in which nothing goes wrong. */
export function patientStore(url: string): Settings {
  return { url, timeouts: PATIENT };
}

/** The same, for a command line. */
export function patientUrl(url: string): string {
  const patient = new URL(url);
  for (const [name, ms] of Object.entries(PATIENT)) patient.searchParams.set(`timeouts.${name}`, String(ms));
  return patient.href;
}

/**
 * Servers of the sample data, none yet, behind a balancer that adds what proxies add.
 * @param settings those that all share, `store` at least
 */
export async function openCluster(settings: Settings): Promise<Cluster> {
  const balancer = await startRoundRobin();
  const all: Settings = {
    issuer: balancer.url,
    secrets: randomBytes(32).toString('base64url'),
    listener: { trustedHops: 1 },
    limits: { storeCallMs: 11_000 },
    ...settings,
  };
  const servers: StartedServer[] = [];
  return {
    url: balancer.url,
    balancer,
    settings: all,
    servers,
    async start(more = {}, env = {}, port, main) {
      const config = { ...all, ...more };
      const server = await startServer({
        config,
        env,
        args: ['--sample'],
        ...(port === undefined ? {} : { port }),
        ...(main === undefined ? {} : { main }),
      });
      servers.push(server);
      balancer.target(servers.map(({ port }) => port));
      return server;
    },
    kill: async (server) => void (await server.stop('SIGKILL')),
    async close() {
      await balancer.close();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

/** As an operator does it. @throws Error with what it printed */
export async function migrate(url: string): Promise<void> {
  const { code, stdout, stderr } = await gatehouse(['migrate', '--store', url]);
  if (code !== 0) throw new Error(stdout + stderr);
}
