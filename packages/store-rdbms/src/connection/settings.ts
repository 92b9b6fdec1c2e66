import type { Insecurity, Protection, Secret, TlsSettings } from '@gatehouse/connection';
import type { DialectName } from '../dialects/names.ts';

export interface PoolSettings {
  /** Connections at most; default 10. Two to four for each core of the database, divided by the nodes. */
  readonly max?: number;
  /** Connections kept although idle; default 0. */
  readonly min?: number;
  /** Milliseconds after which an idle connection is closed; default 60 000. */
  readonly idleMs?: number;
  /** Milliseconds after which a connection is replaced, used or not; default 1 800 000, so that a failover behind a name is seen. */
  readonly lifetimeMs?: number;
}

export interface TimeoutSettings {
  /** To one new connection; default 2 000. */
  readonly connectMs?: number;
  /** To a connection of the pool; default 2 000. */
  readonly acquireMs?: number;
  /** Of one statement on the server; default 2 000. */
  readonly statementMs?: number;
  /** Waiting for a lock on the server; default 1 000. */
  readonly lockMs?: number;
  /** Of one call of the store, with all it sends and repeats; default 2 500. Below core's `limits.storeCallMs`. */
  readonly callMs?: number;
  /** That `open()` waits for a database that does not answer yet; default 60 000. */
  readonly startMs?: number;
}

/** The object form of a connection; a URL carries the same. */
export interface ConnectionOptions {
  /** `mariadb` is spoken to as `mysql`. */
  readonly dialect: DialectName | 'mariadb';
  readonly host?: string;
  readonly port?: number;
  /** Path of a local socket, in place of host and port. */
  readonly socket?: string;
  readonly user?: string;
  readonly password?: Secret;
  readonly database?: string;
  /** SQLite: the file; `:memory:` for none. */
  readonly file?: string;
  /** Where the tables are, if not in the user's default schema. A plain name: letters, digits, underscore. */
  readonly schema?: string;
  readonly tls?: TlsSettings;
  readonly dangerouslyInsecure?: Insecurity;
  /** What stands between, if it gives each transaction another connection (pgbouncer in transaction mode). */
  readonly pooler?: 'transaction';
  /** PostgreSQL: look-ups by key share one connection, each sent before the last is answered; default true. */
  readonly pipelining?: boolean;
  readonly pool?: PoolSettings;
  readonly timeouts?: TimeoutSettings;
  /** Passed to the driver as they are: Oracle's wallet, Db2's keywords. Never what the members above say. */
  readonly driverOptions?: Readonly<Record<string, unknown>>;
}

/** A URL, an object, or a URL with members of the object beside it, for what a URL cannot hold. */
export type Connection =
  | string
  | URL
  | ConnectionOptions
  | ({ readonly url: string | URL } & Omit<Partial<ConnectionOptions>, 'dialect'>);

/** With every default filled in. */
export interface ConnectionSettings {
  readonly dialect: DialectName;
  /** As its owner calls it: MariaDB, where the dialect is that of MySQL. */
  readonly title: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly socket: string | null;
  readonly user: string | null;
  readonly password: Secret | null;
  readonly database: string | null;
  readonly file: string | null;
  readonly schema: string | undefined;
  readonly protection: Protection;
  readonly tls: TlsSettings;
  readonly pooler: 'transaction' | null;
  readonly pipelining: boolean;
  readonly pool: Required<PoolSettings>;
  readonly timeouts: Required<TimeoutSettings>;
  readonly driverOptions: Readonly<Record<string, unknown>>;
}

export const DEFAULT_POOL: Required<PoolSettings> = { max: 10, min: 0, idleMs: 60_000, lifetimeMs: 1_800_000 };

export const DEFAULT_TIMEOUTS: Required<TimeoutSettings> = {
  connectMs: 2_000,
  acquireMs: 2_000,
  statementMs: 2_000,
  lockMs: 1_000,
  callMs: 2_500,
  startMs: 60_000,
};
