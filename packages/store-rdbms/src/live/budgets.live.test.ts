import { setTimeout as sleep } from 'node:timers/promises';
import { runCase } from '@gatehouse/conformance';
import { expect, onTestFinished, test } from 'vitest';
import { migrate, RdbmsStore, type SentStatement } from '../index.ts';
import { budgetCase } from './budgets.test-support.ts';
import { CAPABILITIES, patient, TOLERANCE } from './conformance-target.test-support.ts';
import { ALL_SERVERS, onEach } from './servers.test-support.ts';

await onEach(ALL_SERVERS, (server) => {
  test('[performance] every flow keeps its budget of statements and rows', async () => {
    const database = await server.createDatabase();
    onTestFinished(() => database.drop());
    await migrate({ connection: database.url });
    let statements: SentStatement[] = [];
    const sent = (): readonly SentStatement[] => statements.splice(0);
    const result = await runCase(budgetCase(sent, server.what.startsWith('PostgreSQL') ? 1 : 2), {
      name: server.what,
      capabilities: CAPABILITIES,
      advance: async (ms) => void (await sleep(ms)),
      open: ({ namespace, clock, log }) =>
        new RdbmsStore({
          connection: patient(database.url),
          namespace,
          clock,
          log,
          clockToleranceMs: TOLERANCE,
          observe: (statement) => statements.push(statement),
        }),
    });
    statements = [];
    expect(result.violations).toEqual([]);
  });
});
