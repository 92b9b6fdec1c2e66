import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@gatehouse/core';

/** As the guard in core does it: the identical call, until there is an answer. */
export async function known<T>(call: () => Promise<T>): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreError && error.retryable) || tried > 40) throw error;
      await sleep(100 + Math.random() * 200);
    }
  }
}
