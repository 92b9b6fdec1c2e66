import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readSecret } from './secret.ts';

function fileWith(text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-secret-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'secret');
  writeFileSync(file, text);
  return file;
}

it('is a text, a variable, a file without its last line end, or what a function gives', async () => {
  process.env['GATEHOUSE_TEST_SECRET'] = 'of the environment';
  onTestFinished(() => void delete process.env['GATEHOUSE_TEST_SECRET']);
  expect(await readSecret('password', 'itself')).toBe('itself');
  expect(await readSecret('password', { env: 'GATEHOUSE_TEST_SECRET' })).toBe('of the environment');
  expect(await readSecret('password', { file: fileWith('of a file\n') })).toBe('of a file');
  expect(await readSecret('password', async () => 'of a function')).toBe('of a function');
});

it('is asked for again each time', async () => {
  let asked = 0;
  const turning = (): string => `number ${++asked}`;
  expect([await readSecret('password', turning), await readSecret('password', turning)]).toEqual([
    'number 1',
    'number 2',
  ]);
});

it.each([
  [{ env: 'GATEHOUSE_TEST_MISSING' }, /password .* environment variable GATEHOUSE_TEST_MISSING gave no text/],
  [{ file: '/nowhere/at/all' }, /the file \/nowhere\/at\/all failed \(ENOENT\)\.$/],
  [() => '', /the function gave no text/],
  [() => Promise.reject(new Error('hunter2')), /the function failed\.$/],
])('[SEC-51] says where it is not, and never what it is', async (secret, words) => {
  await expect(readSecret('password', secret)).rejects.toThrow(words);
});
