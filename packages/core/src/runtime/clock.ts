import type { Instant } from '../store/brands.ts';

/** What time it is: epoch milliseconds. */
export interface Clock {
  now(): Instant;
}

/** The operating system's. */
export const systemClock: Clock = { now: () => Date.now() };
