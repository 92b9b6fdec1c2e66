import { type Log, StoreError } from '@gatehouse/core';

/** How much one namespace keeps. Only access tokens ever leave before their time. */
export interface CacheLimits {
  /** Access tokens; one more evicts what has expired, else what nobody has asked for longest. */
  readonly maxElements: number;
  /** Registers of each kind (a grant is one sign-in, about 1 KB); one more is refused. */
  readonly maxRegisters: number;
  /** Replay entries in all; one more is refused. */
  readonly maxNonces: number;
  /** Replay entries of one space, usually one issuer's; one more is refused. */
  readonly maxNoncesPerSpace: number;
  /** Failure counters; one more is refused. */
  readonly maxCounters: number;
}

/** Room for a large deployment; memory is taken as it is needed. */
export const DEFAULT_CACHE_LIMITS: CacheLimits = {
  // 180 MB of tokens.
  maxElements: 1_000_000,
  // A sign-in a second for eleven days; at 1 KB each a gigabyte of heap.
  maxRegisters: 1_000_000,
  // security.md 1.1: a flood of one issuer's assertions leaves room for the others'.
  maxNonces: 1_000_000,
  maxNoncesPerSpace: 100_000,
  maxCounters: 1_000_000,
};

/** The reference system's default cache of 1000 in memory and 1000 on disk loses live tokens without a word (AX-170). */
const FEW_TOKENS = 2_000;

/** @throws StoreError `config` naming the setting */
export function checkLimits(given: Partial<CacheLimits>, log: Log): CacheLimits {
  const limits = { ...DEFAULT_CACHE_LIMITS };
  for (const name of Object.keys(limits) as (keyof CacheLimits)[]) {
    const value = given[name];
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 1)
      throw new StoreError('config', `${name} of the cache store is a whole number from 1 on.`);
    limits[name] = value;
  }
  if (limits.maxElements <= FEW_TOKENS)
    log.warn(
      { maxElements: limits.maxElements },
      `The cache store keeps only ${limits.maxElements} access tokens and evicts live ones beyond; raise maxElements.`,
    );
  return limits;
}
