import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@gatehouse/core';
import type { Call } from './room.ts';
import { lateError } from './session/fault.ts';

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;

/** What one try of something that decides came to; undefined: it has to be tried again. */
export type Try<T> = (unknown: boolean) => Promise<T | undefined>;

/**
 * Tries the identical thing until it is known what became of it: contention is reported as a timeout, to the winner
 * too. It is told whether an earlier try of this call had an unknown outcome.
 * @throws StoreError `unknown_outcome` when the time is over
 */
export async function untilKnown<T>({ deadline }: Call, attempt: Try<T>): Promise<T> {
  let unknown = false;
  let cause: unknown;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      const answer = await attempt(unknown);
      if (answer !== undefined) return answer;
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'unknown_outcome') throw error;
      unknown = true;
      cause = error.cause;
    }
    // Those who were in each other's way do not come back together.
    const jittered = pause * (0.5 + Math.random());
    if (deadline.left < jittered) {
      if (unknown) throw lateError('decide', cause);
      throw new StoreError('unavailable', 'Too many change the same record at once.');
    }
    await sleep(jittered);
  }
}
