import type { Instant } from '@gatehouse/core';

/** Cassandra counts ends in seconds that fit 31 bits, or refuses: what ends later than that is kept without an end. */
const LAST_END = 2 ** 31 - 2;

/** No TTL at all: zero is how Cassandra says that. */
const WITHOUT_END = 0;

/**
 * Seconds that a row is written for, so that it lives until `purgeAt` and twice the clock tolerance, and at most a
 * second longer. The servers count from the beginning of the second in which they write, so this does too. What is
 * over already lives for a second: never for ever, which a TTL of zero would mean.
 */
export function ttlOf(purgeAt: Instant, now: Instant, toleranceMs: number): number {
  const end = Math.ceil((purgeAt + 2 * toleranceMs) / 1000);
  if (end > LAST_END) return WITHOUT_END;
  return Math.max(1, end - Math.floor(now / 1000));
}

/** Microseconds, as Cassandra orders what is written plainly. No clock takes part: the same at each repetition. */
export function writtenAt(instant: Instant): number {
  return Math.max(1, instant) * 1000;
}

/** Microseconds: the autumn of 2001. */
const LAST_IN_ORDER = 1e15;

/**
 * Microseconds, by which the longer lived of two equal rows stays. A cluster may refuse what lies days ahead, as ends do
 * (ScyllaDB does, unless told otherwise), so this is the end's milliseconds taken for microseconds: in order, and past.
 */
export function orderedBy(end: Instant): number {
  return Math.min(Math.max(1, end), LAST_IN_ORDER);
}
