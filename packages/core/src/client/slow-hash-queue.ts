import { availableParallelism } from 'node:os';
import { OAuthError } from '../oauth/errors.ts';
import type { Limits } from '../server/config.ts';

export type SlowHashLimits = Pick<Limits, 'slowHashesPerCore' | 'slowHashesWaiting'>;

/** Seconds after which a queue that was full is worth another try. */
const RETRY_AFTER = 2;

// One for the process, as its cores and its thread pool are: client secrets and owners' passwords wait in one line.
const waiting: (() => void)[] = [];
let running = 0;

/**
 * Runs one slow hash when its turn comes (R41, SEC-141).
 * @throws OAuthError `temporarily_unavailable` at once where too many wait already
 */
export async function inSlowHashQueue<T>(limits: SlowHashLimits, work: () => Promise<T>): Promise<T> {
  if (running >= limits.slowHashesPerCore * availableParallelism()) {
    if (waiting.length >= limits.slowHashesWaiting)
      throw new OAuthError('temporarily_unavailable', 'The server is busy; try again later.', {
        check: 'slow-hash-queue',
        expected: `at most ${limits.slowHashesWaiting} waiting`,
        retryAfter: RETRY_AFTER,
      });
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    // Whoever waits takes over this place; without anybody it is free.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
