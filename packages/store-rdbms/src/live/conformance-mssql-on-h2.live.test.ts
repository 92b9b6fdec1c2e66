import { setTimeout as sleep } from 'node:timers/promises';
import { CASES, type Opening } from '@gatehouse/conformance';
import { h2Server, startTdsServer } from '@gatehouse/testkit';
import { afterAll, test } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { prove } from './conformance.test-support.ts';
import { CAPABILITIES, patient, TOLERANCE } from './conformance-target.test-support.ts';
import { mssqlOnH2 } from './mssql-on-h2.test-support.ts';
import { proveSweep } from './swept-rows.test-support.ts';

// The real driver over the wire, the very texts executed; not SQL Server, whose locks and plans are its own.
const h2 = await h2Server();
if (h2.available) {
  for (const name of ['one', 'two']) (await h2.value.take(name, 'MSSQLServer')).giveBack();
  const servers = await Promise.all(['one', 'two'].map((name) => startTdsServer(mssqlOnH2(h2.value, name))));
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await h2.value.close();
  });
  const [one, two] = servers.map(({ port }) => patient(`mssql://gatehouse:secret@127.0.0.1:${port}/gatehouse`).href);
  for (const connection of [one, two]) await migrate({ connection: connection as string });
  const open =
    (connection = '') =>
    ({ namespace, clock, log }: Opening) =>
      new RdbmsStore({ connection, namespace, clock, log, clockToleranceMs: TOLERANCE });
  prove(
    {
      name: `SQL Server's driver and texts on ${h2.value.what}`,
      capabilities: CAPABILITIES,
      open: open(one),
      sibling: open(one),
      elsewhere: async (opening) => open(two)(opening),
      advance: (ms) => sleep(ms),
      // What is proved is the text: H2 locks in its own way, and more rounds of a race would say no more of it.
      scale: 0.1,
    },
    CASES,
  );
  test('[store-57] no row that is not past its time by twice the tolerance is ever swept, and every other is', () =>
    proveSweep(two as string, TOLERANCE, 1));
} else test("store conformance: SQL Server's texts on H2", (context) => context.skip(h2.reason));
