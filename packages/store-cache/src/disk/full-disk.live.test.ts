import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Key } from '@gatehouse/core';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore } from '../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-full-'));
afterAll(() => rmSync(folder, { recursive: true }));

const victim = fileURLToPath(new URL('full-disk-victim.test-support.ts', import.meta.url));
/** Sets the largest size of a file, for a process to be started or one that runs. */
const limiter = 'prlimit';
const canLimit = spawnSync(limiter, ['--version']).status === 0;

describe('a disk that takes no more', () => {
  it('is answered with an unknown outcome, then with unavailable; with room again the repetition tells the truth', async (ctx) => {
    if (!canLimit) ctx.skip('prlimit is not there, which limits the size of a file (Linux, util-linux)');
    const file = join(folder, 'cache');
    const child = spawn(limiter, ['--fsize=60000:unlimited', process.execPath, victim, file]);
    const lines: string[][] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line.split(' '));
      if (lines.at(-1)?.[0] !== 'refused') continue;
      spawnSync(limiter, ['--pid', String(child.pid), '--fsize=unlimited:unlimited']);
      child.stdin.write('\n');
    }
    if (child.signalCode === null) await once(child, 'close');
    const [repeated, refused] = [lines.pop(), lines.pop()];
    expect(lines.length).toBeGreaterThan(10);
    expect(refused?.slice(2)).toEqual(['unknown_outcome', 'unavailable', 'unavailable']);
    expect(repeated?.slice(2)).toEqual(['written', 'written']);

    const store = await openStore({ snapshot: { file, secret: 'the secret of crash.live.test.ts.' } });
    for (const [, key] of [...lines, refused ?? []]) expect((await store.find('grant', key as Key))?.version).toBe(1);
    expect(store.stats().registers.grant).toBe(lines.length + 2);
    await store.close();
  });
});
