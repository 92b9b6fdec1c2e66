import { Atomicity, type StoreCapabilities } from '@gatehouse/core';

/** What the cache store promises. With a snapshot it is durable too. */
export const CACHE_CAPABILITIES: StoreCapabilities = {
  // One process: several workers would each have a memory of their own.
  change: Atomicity.process,
  additions: 'atomic',
  visibility: { registers: 'process', tokens: 'process', boundMs: 0 },
  expiry: 'native',
  expiryStep: 1,
  retention: 'may-evict',
  durable: false,
  listing: 'exact',
  clockTolerance: 0,
};
