import type { Insecurity, Protection, Secret, TlsSettings } from '@gatehouse/connection';
import type { ConsistencySettings } from '../levels/plan.ts';
import type { ProductName } from '../products.ts';

/** Milliseconds. */
export interface TimeoutSettings {
  /** To one new connection; default 2 000. */
  readonly connectMs?: number;
  /** Of one statement; default 2 000, the servers' own limits for writes. */
  readonly statementMs?: number;
  /** Of a second look-up at a higher level, before it is made at that of registers; default 500. */
  readonly confirmMs?: number;
  /** Of one call of the store, with all it sends and repeats; default 2 500. Below core's `limits.storeCallMs`. */
  readonly callMs?: number;
  /** That `open()` waits for a cluster that does not answer yet; default 60 000. */
  readonly startMs?: number;
}

/** Reads, and writes of tokens, that are sent to another node too when the first is slow. Nothing that decides is. */
export interface SpeculativeSettings {
  /** Milliseconds after which the next node is asked. */
  readonly delayMs: number;
  /** Nodes that are asked beside the first, at most. */
  readonly more: number;
}

/** The object form of a connection; a URL carries the same. */
export interface ConnectionOptions {
  /** Nodes to begin with: `host` or `host:port`. The others are learnt from them. */
  readonly contactPoints: readonly string[];
  /** Default 9042. */
  readonly port?: number;
  /** The data centre whose nodes are asked. */
  readonly localDataCenter: string;
  /** 1 to 48 letters, digits and underscores. */
  readonly keyspace: string;
  readonly user?: string;
  readonly password?: Secret;
  readonly tls?: TlsSettings;
  readonly dangerouslyInsecure?: Insecurity;
  readonly consistency?: ConsistencySettings;
  /** Rows that one page of a listing fetches at most; default 5000. */
  readonly pageSize?: number;
  readonly timeouts?: TimeoutSettings;
  /** Default: none. */
  readonly speculative?: SpeculativeSettings;
  /** Connections to each node; default 1. Each carries up to 2048 statements at once. */
  readonly connectionsPerNode?: number;
  /** What answers, where the cluster does not say it itself; default: what it says. */
  readonly product?: ProductName;
}

/** A URL, an object, or a URL with members of the object beside it, for what a URL cannot hold. */
export type Connection =
  | string
  | URL
  | ConnectionOptions
  | ({ readonly url: string | URL } & Partial<ConnectionOptions>);

/** With every default filled in. */
export interface ConnectionSettings {
  readonly contactPoints: readonly string[];
  readonly port: number;
  readonly localDataCenter: string;
  readonly keyspace: string;
  readonly user: string | null;
  readonly password: Secret | null;
  readonly protection: Protection;
  /** Plain because it stays on this machine, and for no other reason: then no node elsewhere is asked. */
  readonly staysHere: boolean;
  readonly tls: TlsSettings;
  readonly consistency: ConsistencySettings;
  readonly pageSize: number;
  readonly timeouts: Required<TimeoutSettings>;
  readonly speculative: SpeculativeSettings | null;
  readonly connectionsPerNode: number;
  readonly product: ProductName | null;
}

export const DEFAULT_PORT = 9042;
export const DEFAULT_PAGE_SIZE = 5_000;

export const DEFAULT_TIMEOUTS: Required<TimeoutSettings> = {
  connectMs: 2_000,
  statementMs: 2_000,
  confirmMs: 500,
  callMs: 2_500,
  startMs: 60_000,
};
