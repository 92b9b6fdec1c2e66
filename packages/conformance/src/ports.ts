import type { Clock, Key, Log, RegisterKind, Store } from '@gatehouse/core';

/** What a store is opened with for one case. */
export interface Opening {
  /** Fresh for every case; an issuer in production. */
  readonly namespace: string;
  /** The time of this caller. A store that lives within the process lives by it; one with a server of its own ignores it. */
  readonly clock: Clock;
  /** Captured, and searched for secrets after the case. */
  readonly log: Log;
  /** Records that a case may keep at once. A store that evicts or refuses when full must be given that much. */
  readonly room: { readonly tokens: number; readonly registers: number };
}

/** One moment at which contact to the back end can be lost. */
export interface Fault {
  /** One of {@link FaultPort.points}. */
  readonly point: string;
  /** What becomes of the first try: never applied, applied though nobody hears of it, or applied only when it arrives. */
  readonly firstTry: 'lost' | 'applied' | 'late';
}

export interface ArmedFault {
  /** For `late`: lets the first try arrive now, after whatever happened meanwhile. Resolves when it is done with. */
  arrive(): Promise<void>;
}

export interface FaultPort {
  /** Where a write or revocation can be hit: before, during and after each statement, for instance. */
  readonly points: readonly string[];
  /** Hits the next write or revocation of this store, once. */
  arm(store: Store, fault: Fault): Promise<ArmedFault>;
}

/** One statement as it was sent. */
export interface Statement {
  readonly text: string;
  /** Rows it changed or removed. */
  readonly rows: number;
  readonly prepared: boolean;
  /** The index or partition key its plan used; null: it read the whole table. */
  readonly index: string | null;
}

/**
 * What a store's author may offer beside the interface, so that more can be proved. Each is optional: a case whose port
 * is missing is skipped in the open.
 */
export interface Ports {
  /** Every text the back end keeps, wherever it keeps it. */
  readonly dump?: (store: Store) => Promise<readonly string[]>;
  /** Rows of this store's namespace per table, lookup and index tables included. */
  readonly rowCounts?: (store: Store) => Promise<Readonly<Record<string, number>>>;
  /** Losing contact inside the store. Without it the suite still loses contact in front of the store. */
  readonly faults?: FaultPort;
  /** Ends the back end (or the process's memory of it) and brings it back; answers with the store to go on with. */
  readonly restart?: (store: Store, opening: Opening) => Promise<Store>;
  /** The same namespace in another database. */
  readonly elsewhere?: (opening: Opening) => Promise<Store>;
  /** Starts noting statements; `stop` answers with what was sent since. */
  readonly trace?: (store: Store) => Promise<{ readonly stop: () => Promise<readonly Statement[]> }>;
  /** Locks one register from outside, so that calls queue up behind it in a known order. */
  readonly hold?: (
    opening: Opening,
    kind: RegisterKind,
    key: Key,
  ) => Promise<{ readonly release: () => Promise<void> }>;
  /** Makes the back end fail a statement with a deadlock or serialization error, once per point. */
  readonly transient?: {
    readonly points: readonly string[];
    readonly arm: (store: Store, point: string) => Promise<void>;
  };
  /** Uses up every connection, or makes the server hang. `deadlineMs`: within what an answer must come. */
  readonly exhaust?: (store: Store) => Promise<{ readonly deadlineMs: number; readonly release: () => Promise<void> }>;
  /** Back ends that `open()` must refuse, and what its message must name. */
  readonly misconfigured?: readonly {
    readonly what: string;
    readonly open: (opening: Opening) => Promise<Store>;
    readonly names: RegExp;
  }[];
  /** An empty database without a schema; each call is one more node that opens it. */
  readonly empty?: () => Promise<(opening: Opening) => Promise<Store>>;
  /** Puts there what the previous schema version wrote: a grant and an access token of it under these keys. */
  readonly previousSchema?: (store: Store, keys: { readonly grant: Key; readonly token: Key }) => Promise<void>;
  /** Ends the process that serves this sibling, at once. */
  readonly kill?: (store: Store) => Promise<void>;
}

export type PortName = keyof Ports;
