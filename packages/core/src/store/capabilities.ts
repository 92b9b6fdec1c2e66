/** Within what a promise holds. Ordered, so that `>=` asks "at least". */
export const Atomicity = { none: 0, process: 1, cluster: 2 } as const;
export type Atomicity = (typeof Atomicity)[keyof typeof Atomicity];

/** What a store promises. Read by core at start, by the conformance suite, by the documentation and by the operator. */
export interface StoreCapabilities {
  /** Of N racing changes of one version exactly one is written: within what? */
  readonly change: Atomicity;
  /** `atomic`: additions and change in one transaction; `ordered`: additions first, the change decides. */
  readonly additions: 'atomic' | 'ordered';
  /** Where a resolved write is seen by the next read. */
  readonly visibility: {
    readonly registers: 'process' | 'cluster';
    readonly tokens: 'process' | 'cluster' | 'eventual';
    /** Milliseconds after which an `eventual` token is seen everywhere; 0 where nothing is eventual. */
    readonly boundMs: number;
  };
  /** Who removes what is past its `purgeAt`. */
  readonly expiry: 'native' | 'sweep';
  /** Milliseconds: the step in which the store counts lifetimes. */
  readonly expiryStep: number;
  /** `may-evict` covers access tokens only, never registers or nonces. */
  readonly retention: 'until-expiry' | 'may-evict';
  /** Whether a restart keeps everything that was answered. */
  readonly durable: boolean;
  readonly listing: 'exact' | 'bucketed';
  /** Milliseconds by which a caller's clock may differ from the store's; two callers' by twice that. */
  readonly clockTolerance: number;
}
