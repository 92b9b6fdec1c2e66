import { readdirSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { gatehouse, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const STORE = ['--store', 'sqlite:mistyped.db'];
const env = { GATEHOUSE_SECRETS: 'x'.repeat(32) };

test.each([
  [['migrate', '--check', ...STORE]],
  [['migrate', '--print', ...STORE]],
  [['purge', '--dry-run', ...STORE]],
  [['purge', ...STORE]],
  [['client', 'list', ...STORE]],
  [['conformance', 'sqlite:mistyped.db', '--only', 'store-14', '--scale', '0.02']],
  [['serve', '--sample', '--port', '0', ...STORE]],
])('%j makes no file where there is none, and says who does', async (args) => {
  const { code, stdout, stderr } = await gatehouse(args, { cwd: folder.path, env });
  expect(code).not.toBe(0);
  expect(stderr + stdout).toMatch(/There is no SQLite file mistyped\.db: `gatehouse migrate` makes it/);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(readdirSync(folder.path)).toEqual([]);
});

test('what migrate makes is there then', async () => {
  expect((await gatehouse(['migrate', ...STORE], { cwd: folder.path, env })).code).toBe(0);
  expect((await gatehouse(['migrate', '--check', ...STORE], { cwd: folder.path, env })).code).toBe(0);
});
