import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openCluster, patientStore } from './cluster.ts';
import { isActive, post, tokensFor } from './requests.ts';
import { migratedDatabase, onEach } from './servers.ts';

const MACHINE = { grant_type: 'client_credentials' };
const ASKED = 30;

await onEach(['postgresql15', 'postgresql18'], 'a database that takes no writes any more', (server) => {
  test('is in health and in the log, in few lines, and tokens are looked at all the same', async () => {
    const database = await migratedDatabase(server);
    onTestFinished(() => database.drop());
    const cluster = await openCluster({ store: patientStore(database.url), log: { format: 'json' } });
    onTestFinished(() => cluster.close());
    const running = await cluster.start();
    const tokens = await tokensFor(running.url, MACHINE);
    const readOnly = async (on: boolean): Promise<void> => {
      const setting = `ALTER DATABASE ${database.name} SET default_transaction_read_only = ${on ? 'on' : 'off'}`;
      await database.run(`BEGIN READ WRITE; ${setting}; COMMIT`);
      // As a failover does: whoever is connected connects anew.
      await database.run(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
    };
    const health = async (path = ''): Promise<{ status: number; body: Record<string, unknown> }> => {
      const response = await fetch(`${running.url}/health${path}`);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };

    await readOnly(true);
    for (let request = 0; request < ASKED; request++)
      expect((await post(running.url, 'token', MACHINE)).status).toBe(503);
    expect(await health()).toMatchObject({ status: 503, body: { status: 'degraded' } });
    expect(String((await health()).body['problems'])).toMatch(
      /takes no writes: it is a replica, or no longer the primary/,
    );
    expect((await health('/ready')).status).toBe(200);
    expect(await isActive(running.url, tokens)).toBe(true);

    await readOnly(false);
    // Nobody asks for a token: health itself finds out, at most every ten seconds.
    while ((await health()).status !== 200) await pause(200);
    await tokensFor(running.url, MACHINE);

    const records = (await running.output())
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const errors = records.filter(({ level }) => level === 'error');
    expect(errors.length).toBeLessThan(ASKED / 5);
    expect(errors[0]).toMatchObject({ calls: 'writes', msg: expect.stringMatching(/^The store could not be written/) });
  });
});
