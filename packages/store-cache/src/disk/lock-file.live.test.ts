import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lock } from './lock-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

let locks = 0;
const path = (): string => join(folder, `${locks++}.lock`);
const heldBy = (file: string, holder: unknown): void => writeFileSync(file, JSON.stringify(holder));

/** The number of a process that has ended. */
const gone = (): number => spawnSync(process.execPath, ['-e', '']).pid;

describe('one process at a time', () => {
  it('names itself, refuses a second use by the same process, and gives the lock back', async () => {
    const file = path();
    const unlock = await lock(file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ pid: process.pid, host: hostname() });
    await expect(lock(file)).rejects.toThrow(`in use by process ${process.pid}`);
    await unlock();
    await (await lock(file))();
    expect(readdirSync(folder)).not.toContain(file.slice(folder.length + 1));
  });

  it('refuses while another process is there, in words that name it and the way out', async () => {
    const file = path();
    heldBy(file, { pid: process.ppid, host: hostname() });
    const refusal = await lock(file).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ kind: 'config' });
    expect(String(refusal)).toContain(
      `in use by process ${process.ppid} on ${hostname()}: one process at a time. If that one is no more, remove ${file}.`,
    );
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ pid: process.ppid, host: hostname() });
  });

  it('takes over from a process that is gone, and from one that had our number before us', async () => {
    for (const pid of [gone(), process.pid]) {
      const file = path();
      heldBy(file, { pid, host: hostname() });
      const unlock = await lock(file);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid });
      await unlock();
    }
    expect(readdirSync(folder).filter((name) => name.includes(`.lock.${process.pid}`))).toEqual([]);
  });

  it('does not guess about a process of another machine, or a lock it cannot read', async () => {
    const [elsewhere, empty] = [path(), path()];
    heldBy(elsewhere, { pid: gone(), host: 'another-machine' });
    await expect(lock(elsewhere)).rejects.toThrow('on another-machine');
    writeFileSync(empty, '');
    await expect(lock(empty)).rejects.toThrow('in use by another process');
  });
});
