import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openCluster, patientStore } from './cluster.ts';
import { migratedDatabase, onEach } from './servers.ts';

const SENTENCE = 'seals with a secret that is not among `secrets` here';

await onEach(['postgresql18', 'mysql9'], 'servers on one database', (server) => {
  test('say so where their secrets differ, and nothing while one is exchanged', async () => {
    const database = await migratedDatabase(server);
    onTestFinished(() => database.drop());
    const cluster = await openCluster({ store: patientStore(database.url), log: { format: 'json' } });
    onTestFinished(() => cluster.close());
    const [shared, other] = [String(cluster.settings['secrets']), randomBytes(32).toString('base64url')];
    const first = await cluster.start();
    // It answers before it has left its marks, which the others are compared with: those of this turn and the one before.
    await expect.poll(async () => (await database.run('SELECT attempt FROM oauth_replay')).length).toBe(2);
    const exchanged = await cluster.start({ secrets: [other, shared] });
    const wrong = await cluster.start({ secrets: other });
    while (!(await wrong.output()).includes(SENTENCE)) await pause(100);
    for (const quiet of [first, exchanged]) expect(await quiet.output()).not.toContain(SENTENCE);
    for (const secret of [shared, other]) expect(await wrong.output()).not.toContain(secret);
  });
});
