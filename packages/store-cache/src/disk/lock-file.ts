import { open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { StoreError } from '@gatehouse/core';

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/** Files this process has locked: its own number in a lock file is otherwise that of a process that had it before. */
const ours = new Set<string>();

/**
 * Makes this process the only one that uses a snapshot. A lock whose process is gone is taken over.
 * @returns what gives it back
 * @throws StoreError `config` where another process has it
 */
export async function lock(path: string): Promise<() => Promise<void>> {
  if (ours.has(path)) throw taken(path, { pid: process.pid, host: hostname() });
  ours.add(path);
  try {
    await create(path);
  } catch (error) {
    ours.delete(path);
    throw error;
  }
  return async () => {
    await rm(path, { force: true });
    ours.delete(path);
  };
}

async function create(path: string): Promise<void> {
  for (let stale = 0; ; stale++) {
    try {
      const file = await open(path, 'wx', 0o600);
      try {
        await file.write(JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder));
        await file.sync();
      } finally {
        await file.close();
      }
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await read(path);
    if (stale > 0 || holder === null || isAlive(holder)) throw taken(path, holder);
    await removeStale(path, holder);
  }
}

/** Two that find the same dead lock must not remove each other's new one: what was moved away is looked at. */
async function removeStale(path: string, holder: Holder): Promise<void> {
  const aside = `${path}.${process.pid}`;
  await rename(path, aside).catch(() => undefined);
  const moved = await read(aside);
  if (moved !== null && moved.pid !== holder.pid) {
    await rename(aside, path);
    throw taken(path, moved);
  }
  await rm(aside, { force: true });
}

async function read(path: string): Promise<Holder | null> {
  try {
    const { pid, host } = JSON.parse(await readFile(path, 'utf8')) as Holder;
    return Number.isSafeInteger(pid) && typeof host === 'string' ? { pid, host } : null;
  } catch {
    return null;
  }
}

function isAlive({ pid, host }: Holder): boolean {
  // Nobody can tell from here whether a process of another machine or container is there.
  if (host !== hostname()) return true;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function taken(path: string, holder: Holder | null): StoreError {
  const who = holder === null ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return new StoreError(
    'config',
    `The snapshot of the cache store is in use by ${who}: one process at a time. If that one is no more, remove ${path}.`,
  );
}
