import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, type StartedServer, startServer } from '@gatehouse/testkit';
import { gatehouse, temporaryFolder } from '../server/command-line.ts';

/** A server that takes assertions, on a store of the test's choice. */
export interface Site {
  readonly issuer: string;
  readonly configFile: string;
  readonly folder: string;
  /** One more node; the first is where the issuer's name points, the others on ports of their own. */
  start(env?: Readonly<Record<string, string>>): Promise<StartedServer>;
  close(): Promise<void>;
}

/** The issuer that every site trusts. */
export const IDP = 'https://idp.example';
export const PORTAL_SECRET = 'portal-secret-portal-secret-portal';

export interface SiteOptions {
  readonly store: string;
  /** More of the configuration, as JSON. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Where the keys of the trusted issuer are, in place of inline. */
  readonly idpKeys?: Readonly<Record<string, unknown>>;
}

/** A hundred at once wait for ten connections, or for one file: who wins is asked, not how long a crowded machine takes. */
export function patiently(store: string): SiteOptions & Required<Pick<SiteOptions, 'config'>> {
  const timeouts = { connectMs: 30_000, acquireMs: 50_000, statementMs: 30_000, lockMs: 30_000, callMs: 55_000 };
  return { store, config: { store: { url: store, timeouts }, limits: { storeCallMs: 60_000 } } };
}

export async function openSite(store: string, settings: Readonly<Record<string, unknown>>): Promise<Site> {
  const folder = temporaryFolder();
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const all = {
    issuer,
    store,
    secrets: ['a server secret of at least thirty-two bytes'],
    log: { level: 'info', format: 'json' },
    ...settings,
  };
  const configFile = path.join(folder.path, 'gatehouse.config.mjs');
  // The mapping is code, so the configuration is.
  writeFileSync(
    configFile,
    `export default { ...${JSON.stringify(all)}, hooks: { mapAssertedSubject: ({ subject }) => subject?.value ?? null } };\n`,
  );
  if (!store.startsWith('cache:')) {
    const { code, stderr } = await gatehouse(['migrate', '--store', store]);
    if (code !== 0) throw new Error(`The schema could not be made. ${stderr}`);
  }
  const started: StartedServer[] = [];
  return {
    issuer,
    configFile,
    folder: folder.path,
    async start(env = {}) {
      const options = { args: ['--config', configFile], env };
      const server = await startServer(started.length === 0 ? { ...options, port } : options);
      started.push(server);
      return server;
    },
    async close() {
      await Promise.all(started.map((server) => server.stop()));
      folder.remove();
    },
  };
}

export async function withSite<S extends Site, T>(opening: Promise<S>, use: (site: S) => Promise<T>): Promise<T> {
  const site = await opening;
  try {
    return await use(site);
  } finally {
    await site.close();
  }
}

export interface TokenAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function post(
  node: StartedServer,
  endpoint: string,
  form: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const response = await fetch(`${node.url}/api/oauth/${endpoint}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: (await response.json()) as TokenAnswer['body'] };
}

export const AS_PORTAL = { client_id: 'portal', client_secret: PORTAL_SECRET };
