import { migrate } from '@gatehouse/store-rdbms';
import { databaseServer } from '@gatehouse/testkit';
import { SCOPE } from './client.ts';
import { ask } from './load.ts';
import { gatehouse, program, type Target } from './target.ts';

export interface Request {
  readonly url: string;
  readonly body: string;
}

/** Why there is no such server here. */
export interface Missing {
  readonly missing: string;
}

export interface Measurement {
  readonly what: string;
  /** By the names of the table. The ratios are of the first. */
  readonly targets: Readonly<Record<string, () => Promise<Target | Missing>>>;
  /** What a target is asked, over and over. */
  readonly request: (target: Target) => Promise<Request> | Request;
  /** Requests per second of the first, at least, as a multiple of another's. */
  readonly wanted: Readonly<Record<string, number>>;
}

const ISSUE = `grant_type=client_credentials&scope=${SCOPE}`;

const issue = ({ token }: Target): Request => ({ url: token, body: ISSUE });

async function introspect({ introspect: url, token }: Target): Promise<Request> {
  const { access_token } = await ask(token, ISSUE);
  const body = `token=${access_token}`;
  const { active } = await ask(url, body);
  if (active !== true) throw new Error(`${url} says that a fresh token is not active.`);
  return { url, body };
}

const bare = (): Promise<Target> => program('bare.ts');
const oidcProvider = (): Promise<Target> =>
  program('oidc-provider.ts', { token: '/token', introspect: '/token/introspection' });

/** Over a database of its own, with these settings of the store. */
async function onPostgresql(settings: object): Promise<Target | Missing> {
  const server = await databaseServer('postgresql15');
  if (!server.available) return { missing: server.reason };
  const database = await server.value.createDatabase();
  const takeAway = async (): Promise<void> => {
    await database.drop();
    await server.value.close();
  };
  try {
    await migrate({ connection: database.url });
    const target = await gatehouse({ store: { url: database.url, ...settings } });
    return { ...target, stop: () => target.stop().then(takeAway) };
  } catch (error) {
    await takeAway();
    throw error;
  }
}

/** By the word that names it on the command line. */
export const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  issue: {
    what: 'An access token by client credentials, in memory',
    targets: { gatehouse: () => gatehouse(), 'node:http': bare, 'oidc-provider': oidcProvider },
    request: issue,
    wanted: { 'node:http': 0.6, 'oidc-provider': 3.5 },
  },
  introspect: {
    what: 'Introspection of an access token, in memory',
    targets: { gatehouse: () => gatehouse(), 'node:http': bare, 'oidc-provider': oidcProvider },
    request: introspect,
    wanted: { 'node:http': 0.65, 'oidc-provider': 4 },
  },
  'introspect-postgresql': {
    what: 'Introspection of an access token, on PostgreSQL',
    targets: { pipelined: () => onPostgresql({}), pooled: () => onPostgresql({ pipelining: false }) },
    request: introspect,
    wanted: { pooled: 1.35 },
  },
};
