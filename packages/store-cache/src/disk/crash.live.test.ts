import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Key } from '@gatehouse/core';
import { afterAll, describe, expect, it } from 'vitest';
import { anAttempt } from '../fixtures.test-support.ts';
import { type CacheStore, openStore } from '../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-crash-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SECRET = 'the secret of crash.live.test.ts.';
const victim = fileURLToPath(new URL('crash-victim.test-support.ts', import.meta.url));

/** What the victim was answered, and so must be true for ever. */
class Answers {
  readonly versions = new Map<Key, number>();
  readonly revoked = new Set<Key>();
  readonly used = new Set<Key>();

  hear(line: string): void {
    const [what, name, version] = line.split(' ');
    if (what === 'version') this.versions.set(name as Key, Number(version));
    if (what === 'revoked') this.revoked.add(name as Key);
    if (what === 'used') this.used.add(name as Key);
  }
}

async function start(file: string, answers: Answers): Promise<ChildProcess> {
  const child = spawn(process.execPath, [victim, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  await new Promise<void>((ready, failed) => {
    child.once('exit', (code) => failed(new Error(`The victim ended by itself, with ${code}.`)));
    // A line that the kill cut short has no line end, and readline hands it over all the same: only whole ones count.
    lines.on('line', (line) =>
      line === 'ready' ? ready() : /^\w+ [\w-]{43}( \d+)?$/.test(line) && answers.hear(line),
    );
  });
  child.removeAllListeners('exit');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}

const open = (file: string): Promise<CacheStore> => openStore({ snapshot: { file, secret: SECRET } });

async function expectTrue(store: CacheStore, answers: Answers): Promise<void> {
  const forgotten: string[] = [];
  for (const [key, version] of answers.versions) {
    const found = await store.find('grant', key);
    if (found === undefined || found.version < version) forgotten.push(`version ${version}: ${found?.version}`);
    if (answers.revoked.has(key) && found?.revoked === null) forgotten.push('a revocation');
  }
  for (const nonce of answers.used)
    if (await store.once('space', nonce, Date.now(), Date.now() + 1_000, anAttempt())) forgotten.push('a nonce');
  expect(forgotten).toEqual([]);
}

describe('a process that has nothing else to do', () => {
  it.each(['', `{ snapshot: { file: process.argv[1], secret: '${SECRET}' } }`])(
    'ends, though its store is open: openStore(%s)',
    async (options) => {
      const index = new URL('../index.ts', import.meta.url).href;
      const program = `const { openStore } = await import('${index}'); await openStore(${options}); console.log('open');`;
      const file = join(folder, 'idle');
      const child = spawn(process.execPath, ['--input-type=module', '-e', program, file], { timeout: 300_000 });
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
      });
      const [code] = await once(child, 'close');
      expect([code, said]).toEqual([0, 'open\n']);
    },
  );
});

describe('a process that is killed', () => {
  it('[SEC-7] forgets nothing that it answered, whenever it is killed, snapshots included', async () => {
    const file = join(folder, 'killed');
    const answers = new Answers();
    // The victim's first snapshot comes after a second.
    const rounds = [50, 300, 1_000, 1_100, 1_500];
    // A slow disk takes more rounds until there is enough to forget.
    for (let round = 0; round < rounds.length || answers.versions.size <= 100 || answers.used.size <= 10; round++) {
      const ms = rounds[round % rounds.length] ?? 0;
      const child = await start(file, answers);
      await sleep(ms);
      await kill(child);
      const store = await open(file);
      await expectTrue(store, answers);
      // Some rounds go on from a clean stop, some from a crash.
      if (ms > 1_000) await store.close();
      else await expectTrue(store, answers).finally(() => store.close());
    }
  });

  it('gives its snapshot back by being gone; as long as it is there, another is refused in a sentence', async () => {
    const file = join(folder, 'locked');
    const answers = new Answers();
    const child = await start(file, answers);
    const refusal = await open(file).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'StoreError', kind: 'config' });
    expect(String(refusal)).toContain(`in use by process ${child.pid}`);
    await kill(child);
    const store = await open(file);
    await expectTrue(store, answers);
    await store.close();
  });
});
