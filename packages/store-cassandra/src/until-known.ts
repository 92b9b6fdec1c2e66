import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@gatehouse/core';
import type { Call } from './room.ts';
import { isContention, lateError } from './session/fault.ts';

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;

export interface Deciding<T> {
  /** One try of the identical thing; undefined: it has to be tried again. Told whether an earlier one's outcome was unknown. */
  readonly attempt: (unknown: boolean) => Promise<T | undefined>;
  /** What can be seen of an earlier try, at the strongest read; undefined: nothing. */
  readonly look: () => Promise<T | undefined>;
}

/**
 * Finds out what became of something that decides. Where others were in its way, which a cluster reports as a timeout,
 * to the winner too, it is tried again until it is known. Where contact was lost it is looked for once, at the
 * strongest read; what is not seen then may still come, so its caller repeats it, and nobody says "not written".
 * @throws StoreError `unknown_outcome`
 */
export async function untilKnown<T>({ deadline }: Call, { attempt, look }: Deciding<T>): Promise<T> {
  let unknown = false;
  let cause: unknown;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      const answer = await attempt(unknown);
      if (answer !== undefined) return answer;
    } catch (error) {
      if (!isUnknown(error)) throw unknown && isRetryable(error) ? lateError('decide', error) : error;
      unknown = true;
      cause = error.cause;
      if (!isContention(cause)) {
        const seen = await look().catch(() => undefined);
        if (seen !== undefined) return seen;
        throw error;
      }
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

/** Of a read that a later try began with: it says nothing of the tries before. */
function isRetryable(error: unknown): boolean {
  return error instanceof StoreError && error.retryable;
}

function isUnknown(error: unknown): error is StoreError {
  return error instanceof StoreError && error.kind === 'unknown_outcome';
}
