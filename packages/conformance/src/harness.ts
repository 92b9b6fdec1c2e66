import type { Store, StoreCapabilities } from '@gatehouse/core';
import type { Opening, Ports } from './ports.ts';

/** Everything a store's author says to have it proved: the whole of a test file. */
export interface StoreTarget extends Ports {
  /** For people; no case looks at it. */
  readonly name: string;
  /** Spelled out, so that weakening a claim is a change that shows; the first case compares. */
  readonly capabilities: StoreCapabilities;
  readonly open: (opening: Opening) => Promise<Store> | Store;
  /**
   * Another way to the same data: a second connection, better a second process. A store that belongs to one object in
   * one process leaves it out, and the first is used again.
   */
  readonly sibling?: (opening: Opening, first: Store) => Promise<Store> | Store;
  /**
   * For a store whose own time cannot be set: waits until so many milliseconds (and at least one `expiryStep`) have
   * passed there. With it the clock of every opening is the real one.
   */
  readonly advance?: (ms: number) => Promise<void>;
  /** Case id → why it fails. Such a case is run all the same, and keeping the promise is then the failure. */
  readonly knownFailures?: Readonly<Record<string, string>>;
  /** Share of the contract's numbers (20 000 tokens, 100 000 logins) to run with; default 1. Races keep their size. */
  readonly scale?: number;
  /** Milliseconds one case may take; default 60 000. */
  readonly caseMs?: number;
}

export const DEFAULT_CASE_MS = 60_000;

const PORTS: Readonly<Record<keyof Ports, true>> = {
  dump: true,
  rowCounts: true,
  faults: true,
  restart: true,
  elsewhere: true,
  trace: true,
  hold: true,
  transient: true,
  exhaust: true,
  misconfigured: true,
  empty: true,
  previousSchema: true,
  kill: true,
};

/** The ports a target offers. */
export function portsOf(target: StoreTarget): ReadonlySet<keyof Ports> {
  return new Set((Object.keys(PORTS) as (keyof Ports)[]).filter((name) => target[name] !== undefined));
}
