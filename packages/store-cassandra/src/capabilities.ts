import { Atomicity, type StoreCapabilities } from '@gatehouse/core';
import { EVENTUAL_BOUND_MS, type Promises } from './levels/promises.ts';

/**
 * @param promises null before the cluster has said how many copies it keeps: then the weaker of what may be
 */
export function capabilitiesOf(clockTolerance: number, promises: Promises | null): StoreCapabilities {
  return {
    change: Atomicity.cluster,
    additions: 'ordered',
    visibility: {
      registers: 'cluster',
      tokens: promises?.tokens ?? 'eventual',
      boundMs: promises?.boundMs ?? EVENTUAL_BOUND_MS,
    },
    expiry: 'native',
    expiryStep: 1_000,
    retention: 'until-expiry',
    durable: true,
    listing: 'bucketed',
    clockTolerance,
  };
}
