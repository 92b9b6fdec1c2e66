import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, provide } from '@gatehouse/testkit';
import { expect, onTestFinished, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

test('the server runs on the oldest Node that its package.json names', async (ctx) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-oldest-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));

  const manifest = JSON.parse(await readFile(path.join(root, 'packages/server/package.json'), 'utf8'));
  const version = `${manifest.engines.node.replace('>=', '')}.0`;
  const node = await provide('oldest-node', () => install(version, folder));
  if (!node.available) return ctx.skip(node.reason);
  expect((await run(node.value, ['--version'])).stdout.trim()).toBe(`v${version}`);

  const port = await freePort();
  const child = spawn(node.value, [path.join(root, 'packages/server/src/cli/main.ts'), 'serve', '--sample'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  let status: number | undefined;
  while (status === undefined && child.exitCode === null) {
    await sleep(50);
    status = await fetch(`http://127.0.0.1:${port}/`).then(
      (answer) => answer.status,
      () => undefined,
    );
  }
  expect(status, output).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit'), output).toEqual([0, null]);
});

async function install(version: string, folder: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  try {
    await run('npm', ['install', '--no-save', '--prefer-offline', '--prefix', folder, `${name}@${version}`], {
      cwd: folder,
    });
    const binary = path.join(folder, 'node_modules', name, 'bin/node');
    await access(binary);
    return binary;
  } catch (cause) {
    throw new Error(`Node ${version} cannot be had from the package registry`, { cause });
  }
}
