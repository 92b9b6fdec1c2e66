import { execFile } from 'node:child_process';
import { expect, it } from 'vitest';

/** Runs a test file as `node --test` does. */
function nodeTest(file: URL): Promise<{ readonly code: number; readonly out: string }> {
  // Node refuses to nest its test runner where it finds itself in one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--test', '--test-reporter=tap', file.pathname], { env }, (error, stdout) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out: stdout }),
    );
  });
}

it('runs under node --test, with skips that say why', async () => {
  const { code, out } = await nodeTest(new URL('./node-test-keeps.test-support.ts', import.meta.url));
  expect(out).toMatch(/ok \d+ - \[store-15-one-change-wins\]/);
  expect(out).toMatch(/# SKIP the store belongs to one process/);
  expect(out).toMatch(/reference: \d+ kept, 0 broken, \d+ skipped/);
  expect(code).toBe(0);
});

it('fails under node --test where a promise is broken, and says which', async () => {
  const { code, out } = await nodeTest(new URL('./node-test-breaks.test-support.ts', import.meta.url));
  expect(out).toMatch(/not ok \d+ - \[store-69-places\]/);
  expect(code).toBe(1);
});
