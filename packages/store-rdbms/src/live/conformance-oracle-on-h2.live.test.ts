import { setTimeout as sleep } from 'node:timers/promises';
import { CASES, type Opening } from '@gatehouse/conformance';
import { h2Server } from '@gatehouse/testkit';
import { afterAll, test, vi } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { prove } from './conformance.test-support.ts';
import { CAPABILITIES, patient, TOLERANCE } from './conformance-target.test-support.ts';
import { proveSweep } from './swept-rows.test-support.ts';

const h2 = await h2Server();
if (h2.available) {
  for (const name of ['one', 'two']) (await h2.value.take(name, 'Oracle')).giveBack();
  const { oracleOnH2 } = await import('./oracle-on-h2.test-support.ts');
  vi.doMock('oracledb', () => ({ default: oracleOnH2(h2.value) }));
  const connection = (database: string) => patient(`oracle://gatehouse:secret@127.0.0.1:1/${database}`).href;
  for (const database of ['one', 'two']) await migrate({ connection: connection(database) });
  const open =
    (database: string) =>
    ({ namespace, clock, log }: Opening) =>
      new RdbmsStore({ connection: connection(database), namespace, clock, log, clockToleranceMs: TOLERANCE });
  afterAll(() => h2.value.close());
  prove(
    {
      name: `Oracle's texts on ${h2.value.what}`,
      capabilities: CAPABILITIES,
      open: open('one'),
      sibling: open('one'),
      elsewhere: async (opening) => open('two')(opening),
      advance: (ms) => sleep(ms),
      // What is proved is the text: H2 locks in its own way, and more rounds of a race would say no more of it.
      scale: 0.1,
    },
    CASES,
  );
  test('[store-57] no row that is not past its time by twice the tolerance is ever swept, and every other is', () =>
    proveSweep(connection('two'), TOLERANCE, 1));
} else test("store conformance: Oracle's texts on H2", (context) => context.skip(h2.reason));
