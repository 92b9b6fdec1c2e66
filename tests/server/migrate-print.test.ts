import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { gatehouse, temporaryFolder } from './command-line.ts';

test('where a script is printed it is said what is amiss, and where none is, why', async () => {
  const folder = temporaryFolder();
  const migrate = (...flags: string[]): ReturnType<typeof gatehouse> =>
    gatehouse(['migrate', ...flags, '--store', 'sqlite:store.db'], {
      cwd: folder.path,
      env: { GATEHOUSE_SECRETS: 'x'.repeat(32) },
    });
  await migrate();
  expect(await migrate('--print')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('has version 1 of the schema: there is nothing to print.'),
  });
  const outside = new DatabaseSync(path.join(folder.path, 'store.db'));
  outside.exec(`UPDATE oauth_schema SET checksum = '${'0'.repeat(64)}'`);
  outside.close();
  expect((await migrate('--print')).stderr).toContain('was made by another text than sql/sqlite/oauth-server.sql');
  folder.remove();
});
