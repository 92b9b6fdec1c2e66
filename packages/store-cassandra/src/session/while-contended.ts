import { setTimeout as sleep } from 'node:timers/promises';
import { type Deadline, StoreError } from '@gatehouse/core';
import { isContention } from './fault.ts';

/** Milliseconds between two tries, on the average. */
const PAUSE_MS = 100;

/**
 * Tries again what others were in the way of, until the time is over: a lightweight transaction, which may have been
 * applied all the same and has to find that, or a read at a serial level, which ends what it meets and is told so alike.
 * @throws the last error
 */
export async function whileContended<T>(deadline: Deadline, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      // Those who were in each other's way do not come back together.
      const pause = PAUSE_MS * (0.5 + Math.random());
      if (!isContention(error instanceof StoreError ? error.cause : error) || deadline.left < pause) throw error;
      await sleep(pause);
    }
  }
}
