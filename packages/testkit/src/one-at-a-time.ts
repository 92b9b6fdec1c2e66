import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';

const BUSY = 5;

/**
 * Does what one process of this machine may do at a time, such as installing what all of them use then; another waits
 * until it has ended, in whatever way.
 */
export async function oneAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  // A lock that does not outlive its process.
  const lock = new DatabaseSync(path.join(tmpdir(), `gatehouse-${name}.lock`));
  try {
    while (!isTaken(lock)) await pause(50);
    return await work();
  } finally {
    lock.close();
  }
}

function isTaken(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (Reflect.get(Object(error), 'errcode') === BUSY) return false;
    throw error;
  }
}
