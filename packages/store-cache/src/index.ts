export { type CacheOptions, type CacheStore, createCacheStore, openStore, type SiblingOptions } from './cache-store.ts';
export { CACHE_CAPABILITIES } from './capabilities.ts';
export type { SnapshotOptions } from './disk/disk.ts';
export { type CacheLimits, DEFAULT_CACHE_LIMITS } from './limits.ts';
export type { CacheStats } from './stats.ts';
export type { Eviction } from './tokens.ts';
