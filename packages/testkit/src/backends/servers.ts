import { randomBytes } from 'node:crypto';
import { type Provision, provide } from '../provision.ts';
import { BACKENDS, type BackendName } from './backends.ts';
import type { DatabaseServer, OwnDatabaseServer, OwnServerOptions, Rows, RunningServer } from './database-server.ts';
import { serverOfRun } from './server-of-run.ts';

/**
 * A server that every test file of this run shares; each makes a database of its own on it. What pauses, restarts or
 * fills a server asks for {@link ownDatabaseServer}.
 */
export function databaseServer(name: BackendName): Promise<Provision<DatabaseServer>> {
  return provide(name, async () => {
    const shared = await serverOfRun(name);
    if (shared !== null) return serverOn(name, shared);
    const { startBackend } = await import('./start-backend.ts');
    return serverOn(name, await startBackend(name));
  });
}

/** A server that nobody else uses: never one that `TEST_<NAME>_URL` names. */
export function ownDatabaseServer(
  name: BackendName,
  options: OwnServerOptions = {},
): Promise<Provision<OwnDatabaseServer>> {
  return provide(name, async () => {
    const { startOwnBackend } = await import('./start-backend.ts');
    const running = await startOwnBackend(name, options);
    const { control } = running;
    if (control === undefined) throw new Error(`${running.origin}: it cannot be controlled.`);
    return { ...(await serverOn(name, running)), control };
  });
}

async function serverOn(name: BackendName, running: RunningServer): Promise<DatabaseServer> {
  const { product, version } = BACKENDS[name];
  const admin = new URL(running.adminUrl);
  const { databases } = product;
  return {
    what: `${running.what ?? `${product.name} ${(await product.version?.(admin)) ?? version}`}, ${running.origin}`,
    host: admin.hostname,
    port: Number(admin.port),
    adminUrl: running.adminUrl,
    async createDatabase() {
      if (databases === undefined)
        return { name: product.database, url: running.adminUrl, run: asksNobody, drop: async () => undefined };
      const name = `gatehouse_${randomBytes(6).toString('hex')}`;
      await databases.create(admin, name);
      const url = databases.url?.(admin, name) ?? withPath(admin, `/${name}`);
      const run = (statement: string): Promise<Rows> => (databases.run ?? asksNobody)(url, statement);
      return { name, url: url.href, run, drop: () => databases.drop(admin, name) };
    },
    close: running.close,
  };
}

async function asksNobody(): Promise<never> {
  throw new Error('Nothing here can send this database a statement.');
}

function withPath(admin: URL, pathname: string): URL {
  const url = new URL(admin);
  url.pathname = pathname;
  return url;
}
