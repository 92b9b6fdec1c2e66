import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { freePort, makeNextRelease, type NextRelease, type TestDatabase } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatehouse, MAIN, temporaryFolder } from '../server/command-line.ts';
import { migrate, openCluster, patientStore } from './cluster.ts';
import { isActive, refreshOf, type Tokens, tokensFor } from './requests.ts';
import { ALL, migratedDatabase, onEach } from './servers.ts';

const PASSWORD = { grant_type: 'password', username: 'sampleuser', password: 'changeme' };

let next: NextRelease;
beforeAll(async () => {
  next = await makeNextRelease();
});
afterAll(() => next.remove());

type Migrated = Pick<TestDatabase, 'url' | 'run' | 'drop'>;

await onEach(ALL, '[AX-182] an upgrade', (server) => prove(() => migratedDatabase(server)));
describe('[AX-182] an upgrade, SQLite', () => {
  prove(migratedFile);

  test('is said to be missing by the command, and by a server that does not start without it', async () => {
    const database = await migratedFile();
    const command = (args: readonly string[], main: string) => gatehouse([...args, '--store', database.url], { main });
    try {
      const check = await command(['migrate', '--check'], next.main);
      expect(check.code).toBe(1);
      expect(check.stdout).toBe(
        'The database has version 1 of the schema; to run: sqlite/upgrade/002-add-later-idea.sql, sqlite/upgrade/003-fill-later-idea.sql.\n',
      );
      const early = await gatehouse(
        ['serve', '--sample', '--store', database.url, '--port', String(await freePort())],
        { main: next.main, env: { GATEHOUSE_SECRETS: 'x'.repeat(43) } },
      );
      expect(early.code).toBe(1);
      expect(early.stderr).toMatch(/has version 1 of the schema, this server needs 3: run `gatehouse migrate`/);
      expect((await command(['migrate'], next.main)).code).toBe(0);
      for (const main of [next.main, MAIN])
        expect(await command(['migrate', '--check'], main)).toMatchObject({
          code: 0,
          stdout: 'The database has version 3 of the schema: nothing to do.\n',
        });
    } finally {
      await database.drop();
    }
  });

  test('by a script that was edited is not run, and the command names the fix', async () => {
    const database = await migratedFile();
    const edited = await makeNextRelease();
    try {
      const name = 'sqlite/upgrade/003-fill-later-idea.sql';
      const file = `${edited.folder}/sql/${name}`;
      writeFileSync(file, readFileSync(file, 'utf8').replace('= created_at', '= 0'));
      const sentence = new RegExp(`sql/${name} was edited: .* Install this package again`);
      const asked = (...flags: readonly string[]) =>
        gatehouse(['migrate', ...flags, '--store', database.url], { main: edited.main });
      expect(await asked('--check')).toMatchObject({ code: 1, stdout: expect.stringMatching(sentence) });
      expect(await asked()).toMatchObject({ code: 1, stderr: expect.stringMatching(sentence) });
      expect(await database.run('SELECT version FROM oauth_schema')).toEqual([{ version: 1 }]);
    } finally {
      edited.remove();
      await database.drop();
    }
  });
});

async function migratedFile(): Promise<Migrated> {
  const folder = temporaryFolder();
  const file = `${folder.path}/store.db`;
  await migrate(`sqlite:${file}`);
  return {
    // Three that migrate wait for the same lock.
    url: `sqlite:${file}?timeouts.callMs=9000`,
    run: async (statement) => {
      // A server that runs writes now and then.
      const outside = new DatabaseSync(file, { timeout: 60_000 });
      try {
        return outside.prepare(statement).all();
      } finally {
        outside.close();
      }
    },
    drop: async () => folder.remove(),
  };
}

function prove(migrated: () => Promise<Migrated>): void {
  test('brings rows up through numbered files, by three nodes at once, while the older release serves and starts', async () => {
    const database = await migrated();
    const cluster = await openCluster({ store: patientStore(database.url) });
    try {
      const running = await cluster.start();
      const before = await tokensFor(running.url, PASSWORD);
      const untouched = await tokensFor(running.url, PASSWORD);

      const refreshing = keepRefreshing(running.url, before);
      const nodes = await Promise.all(
        [1, 2, 3].map(() => gatehouse(['migrate', '--store', database.url], { main: next.main })),
      );
      for (const { code, stderr } of nodes) expect({ code, stderr }).toMatchObject({ code: 0 });
      const ran = nodes.map(({ stdout }) => /^Ran (.*): the database has version 3/.exec(stdout)?.[1]).filter(Boolean);
      expect(ran.flatMap((names) => names?.split(', ') ?? []).sort()).toEqual([
        expect.stringMatching(/upgrade\/002-/),
        expect.stringMatching(/upgrade\/003-/),
      ]);
      const after = await refreshing.stop();

      const versions = await database.run('SELECT version FROM oauth_schema ORDER BY version');
      expect(versions.map(({ version }) => Number(version))).toEqual([1, 2, 3]);
      const filled = await database.run(
        `SELECT COUNT(*) AS n FROM oauth_grant WHERE ${next.column} = created_at AND created_at > 0`,
      );
      expect(Number(filled[0]?.['n'])).toBe(2);

      // Both releases on the new schema: what one gives the other takes.
      const second = await cluster.start();
      const newer = await cluster.start({}, {}, undefined, next.main);
      const byNewer = await tokensFor(newer.url, refreshOf(after));
      expect(await isActive(running.url, byNewer)).toBe(true);
      const byOlder = await tokensFor(second.url, refreshOf(byNewer));
      expect(await isActive(newer.url, byOlder)).toBe(true);
      expect(await isActive(newer.url, untouched)).toBe(true);
    } finally {
      await cluster.close();
      await database.drop();
    }
  });
}

/** One refresh after the other until it is told to stop; at least one more after that. */
function keepRefreshing(url: string, first: Tokens): { stop(): Promise<Tokens> } {
  let stopping = false;
  const run = async (): Promise<Tokens> => {
    let tokens = first;
    for (let last = false; !last; ) {
      last = stopping;
      tokens = await tokensFor(url, refreshOf(tokens));
    }
    return tokens;
  };
  const ended = run();
  // Said by `stop`, whenever it comes.
  ended.catch(() => undefined);
  return {
    stop: () => {
      stopping = true;
      return ended;
    },
  };
}
