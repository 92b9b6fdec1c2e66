import {
  type BackendName,
  type DatabaseServer,
  databaseServer,
  type OwnDatabaseServer,
  type OwnServerOptions,
  ownDatabaseServer,
  type Provision,
} from '@gatehouse/testkit';
import { afterAll, describe, test } from 'vitest';
import { MYSQL, type Planned, POSTGRESQL } from './product.test-support.ts';

/** The servers that this package is proved on, with the protocol they speak. */
const SERVERS: Readonly<Partial<Record<BackendName, Planned>>> = {
  postgresql15: POSTGRESQL,
  postgresql18: POSTGRESQL,
  mysql9: MYSQL,
  mariadb10: MYSQL,
  mariadb11: MYSQL,
};

export type Served = Exclude<BackendName, 'mssql' | 'oracle' | 'db2'>;

export const ALL_SERVERS = Object.keys(SERVERS) as readonly Served[];

/** Tests for each server that can be had; for each other one a test that is skipped with the reason. */
export async function onEach(
  names: readonly Served[],
  define: (server: DatabaseServer, product: Planned) => void | Promise<void>,
): Promise<void> {
  for (const name of names) await defineOn(name, await databaseServer(name), define);
}

/** The same, on servers that nobody else uses: they are stopped, paused, or made without what others need. */
export async function onOwn(
  names: readonly Served[],
  options: OwnServerOptions,
  define: (server: OwnDatabaseServer, product: Planned) => void | Promise<void>,
): Promise<void> {
  for (const name of names) await defineOn(name, await ownDatabaseServer(name, options), define);
}

async function defineOn<S extends DatabaseServer>(
  name: Served,
  server: Provision<S>,
  define: (server: S, product: Planned) => void | Promise<void>,
): Promise<void> {
  if (!server.available) {
    test(name, (context) => context.skip(server.reason));
    return;
  }
  const { value } = server;
  describe(value.what, async () => {
    afterAll(() => value.close());
    await define(value, SERVERS[name] as Planned);
  });
}
