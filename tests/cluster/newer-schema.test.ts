import { freePort } from '@gatehouse/testkit';
import { expect, test } from 'vitest';
import { gatehouse } from '../server/command-line.ts';
import { openCluster, patientStore } from './cluster.ts';
import { isActive, refreshOf, tokensFor } from './requests.ts';
import { ALL, migratedDatabase, onEach } from './servers.ts';

const PASSWORD = { grant_type: 'password', username: 'sampleuser', password: 'changeme' };

await onEach(ALL, '[AX-182] a server beside a newer schema', (server) => {
  test('goes on and starts as long as the schema lets it, and is refused in words when it does not', async () => {
    const database = await migratedDatabase(server);
    const cluster = await openCluster({ store: patientStore(database.url) });
    try {
      const running = await cluster.start();
      const tokens = await tokensFor(running.url, PASSWORD);

      // What an upgrade does: a column nobody here writes, and the oldest version that still runs on it.
      await database.run('ALTER TABLE oauth_grant ADD COLUMN later_idea bigint');
      await database.run(
        "INSERT INTO oauth_schema (version, applied_at, checksum, minimum_version) VALUES (2, 0, '-', 1)",
      );
      const refreshed = await tokensFor(running.url, refreshOf(tokens));
      const started = await cluster.start();
      expect(await isActive(started.url, refreshed)).toBe(true);
      const again = await tokensFor(started.url, refreshOf(refreshed));
      expect(await gatehouse(['migrate', '--check', '--store', database.url])).toMatchObject({
        code: 0,
        stdout: 'The database has version 2 of the schema: nothing to do.\n',
      });

      await database.run('UPDATE oauth_schema SET minimum_version = 2 WHERE version = 2');
      const flags = ['--store', database.url, '--issuer', cluster.url, '--port', String(await freePort())];
      const env = { GATEHOUSE_SECRETS: String(cluster.settings['secrets']) };
      const refused = await gatehouse(['serve', '--sample', ...flags], { env });
      expect(refused).toMatchObject({
        code: 1,
        stderr:
          'gatehouse: The database has version 2 of the schema, which runs no server that knows only 1: upgrade the server.\n',
      });
      // Every verb that opens the store hears it.
      const listed = await gatehouse(['client', 'list', ...flags.slice(0, 4)]);
      expect(listed).toMatchObject({ code: 1, stderr: refused.stderr, stdout: '' });
      // Whoever runs already was there first.
      expect(await isActive(running.url, again)).toBe(true);
    } finally {
      await cluster.close();
      await database.drop();
    }
  });
});
