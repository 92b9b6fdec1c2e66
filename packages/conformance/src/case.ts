import type { StoreCapabilities } from '@gatehouse/core';
import type { PortName } from './ports.ts';
import type { Trial } from './trial.ts';

/** One promise of the store contract, with the proof of it. */
export interface Case {
  /** Stable; begins with the number of the contract: `store-15-one-change-wins`. */
  readonly id: string;
  /** One sentence. What the contract leaves open is decided here. */
  readonly promise: string;
  /** Rows of the security table that this case proves: `SEC-6`. */
  readonly proves?: readonly string[];
  /** Absent: every store. All of them must hold, else the case is skipped with the first reason. */
  readonly needs?: readonly Need[];
  readonly run: (trial: Trial) => Promise<void>;
}

/** What a case asks of a store, by its capabilities or by a port that its author offers; never by its name. */
export interface Need {
  /** Why the case does not apply where this does not hold. */
  readonly otherwise: string;
  readonly holds: (given: Given) => boolean;
}

export interface Given {
  readonly capabilities: StoreCapabilities;
  readonly ports: ReadonlySet<PortName>;
  /** Whether the store lives by the clock it is opened with, so that time can be set. */
  readonly settableClock: boolean;
}
