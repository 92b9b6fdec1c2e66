import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

test('names what did not load, what a hook broke, what nobody caught and a skip without a reason as failed', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-count-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const report = path.join(folder, 'count.json');
  const fixtures = path.join(import.meta.dirname, 'fixtures');
  await run(
    process.execPath,
    [
      path.join(root, 'node_modules/vitest/vitest.mjs'),
      ...['run', '--root', fixtures, '--config', path.join(fixtures, 'vitest.config.ts')],
      `--reporter=${path.join(root, 'scripts/reporter.mjs')}`,
    ],
    { env: { ...process.env, GATEHOUSE_TEST_COUNT: report } },
  ).catch(() => undefined);

  const { failures, skips, ...count } = JSON.parse(await readFile(report, 'utf8'));
  expect(count).toEqual({ passed: 2, skipped: 3, files: 3 });
  expect(failures.map((what: string) => what.replace(/^.*fixtures\//, '')).sort()).toEqual([
    'does-not-load.fixture.ts: it does not load',
    'every-outcome.fixture.ts: a hook of a suite whose hook throws',
    'every-outcome.fixture.ts: does not say why',
    'every-outcome.fixture.ts: fails',
    'nobody catches this (nobody caught it)',
  ]);
  expect(skips.map((skip: { reason: string }) => skip.reason).sort()).toEqual([
    'a hook of its suite failed',
    'no container engine answers',
    'no reason given, which is a failure',
    'still to be written',
  ]);
});

test('ends with the line that machines read, and fails where no test ran', async () => {
  const child = run(process.execPath, [path.join(root, 'scripts/test.mjs'), 'unit', 'no-file-is-called-this']);
  await expect(child).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/\n0 passed, 0 failed, 0 skipped\n$/),
  });
});
