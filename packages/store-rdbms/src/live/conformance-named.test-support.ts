import { setTimeout as sleep } from 'node:timers/promises';
import { CASES, type Opening } from '@gatehouse/conformance';
import { type BackendName, databaseServer } from '@gatehouse/testkit';
import { afterAll, test } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { prove } from './conformance.test-support.ts';
import { CAPABILITIES, patient, TOLERANCE } from './conformance-target.test-support.ts';

/** The suite on a server that the kit can reach and not ask: the database of its URL, each case in its own namespace. */
export async function proveOnNamed(name: BackendName): Promise<void> {
  const server = await databaseServer(name);
  if (!server.available) {
    test(`store conformance: ${name}`, (context) => context.skip(server.reason));
    return;
  }
  const database = await server.value.createDatabase();
  const connection = patient(database.url).href;
  await migrate({ connection });
  const open = ({ namespace, clock, log }: Opening): RdbmsStore =>
    new RdbmsStore({ connection, namespace, clock, log, clockToleranceMs: TOLERANCE });
  afterAll(async () => {
    await database.drop();
    await server.value.close();
  });
  prove(
    { name: server.value.what, capabilities: CAPABILITIES, open, sibling: open, advance: (ms) => sleep(ms) },
    CASES,
  );
}
