import {
  type BackendName,
  type DatabaseServer,
  databaseServer,
  type OwnDatabaseServer,
  ownDatabaseServer,
  type Provision,
  type TestDatabase,
} from '@gatehouse/testkit';
import { describe, test } from 'vitest';
import { migrate } from './cluster.ts';

/** Every server that several processes are proved on. */
export const ALL = ['postgresql15', 'postgresql18', 'mysql9', 'mariadb10', 'mariadb11'] as const;

/** One of each maker. */
export const NEWEST = ['postgresql18', 'mysql9', 'mariadb11'] as const;

/** Tests for each server that can be had; for each other one a test that is skipped with the reason. */
export async function onEach(
  names: readonly BackendName[],
  title: string,
  define: (server: DatabaseServer, name: BackendName) => void,
): Promise<void> {
  for (const name of names) defineOn(name, title, await databaseServer(name), define);
}

/** The same, on servers that nobody else uses: they are killed and paused. */
export async function onOwn(
  names: readonly BackendName[],
  title: string,
  define: (server: OwnDatabaseServer, name: BackendName) => void,
): Promise<void> {
  for (const name of names) defineOn(name, title, await ownDatabaseServer(name), define);
}

function defineOn<S extends DatabaseServer>(
  name: BackendName,
  title: string,
  server: Provision<S>,
  define: (server: S, name: BackendName) => void,
): void {
  if (server.available) describe(`${title}, ${server.value.what}`, () => define(server.value, name));
  else test(`${title}, ${name}`, (context) => context.skip(server.reason));
}

/** A database with the tables in it, by the command that an operator has. */
export async function migratedDatabase(server: DatabaseServer): Promise<TestDatabase> {
  const database = await server.createDatabase();
  await migrate(database.url);
  return database;
}
