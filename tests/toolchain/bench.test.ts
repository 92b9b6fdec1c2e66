import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));
const run = (...args: readonly string[]) => promisify(execFile)(process.execPath, [MAIN, ...args]);

test('the benchmark asks each server, loses no request and gives ratios', { timeout: 240_000 }, async () => {
  const { stdout } = await run('introspect', '--rounds', '1', '--seconds', '1');
  for (const other of ['node:http', 'oidc-provider'])
    expect(stdout).toMatch(new RegExp(`^ {2}${other} .*gatehouse is \\d+\\.\\d\\d ×`, 'm'));
  expect(stdout).not.toContain('failed');
});

test('a measurement that there is not is refused, and the others are named', async () => {
  const known = expect.stringContaining('[issue] [introspect]');
  for (const args of [['isue'], ['--round', '3'], ['issue', '--rounds', '0']])
    await expect(run(...args)).rejects.toMatchObject({ code: 2, stderr: known });
});
