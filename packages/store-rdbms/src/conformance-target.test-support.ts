import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreTarget } from '@gatehouse/conformance';
import { Atomicity, type StoreCapabilities } from '@gatehouse/core';
import { RdbmsStore } from './index.ts';

/** Milliseconds: server and test are on one machine, so that little has to be waited for. */
export const TOLERANCE = 100;

/** What every relational database with a server of its own promises. */
export const CAPABILITIES: StoreCapabilities = {
  change: Atomicity.cluster,
  additions: 'atomic',
  visibility: { registers: 'cluster', tokens: 'cluster', boundMs: 0 },
  expiry: 'sweep',
  expiryStep: 1,
  retention: 'until-expiry',
  durable: true,
  listing: 'exact',
  clockTolerance: TOLERANCE,
};

type Open = NonNullable<StoreTarget['sibling']>;

/** A database whose schema is there, as the suite wants it. */
export function targetOf(name: string, connection: string): StoreTarget {
  const open: Open = ({ namespace, clock, log }) =>
    new RdbmsStore({ connection, namespace, clock, log, clockToleranceMs: TOLERANCE });
  return { name, capabilities: CAPABILITIES, open, sibling: open, advance: (ms) => sleep(ms) } as StoreTarget;
}
