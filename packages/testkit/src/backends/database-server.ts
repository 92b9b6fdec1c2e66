/** An empty database of its own for one test file. */
export interface TestDatabase {
  readonly name: string;
  /** As a user that may do everything in it. */
  readonly url: string;
  drop(): Promise<void>;
}

/** What can be done to a server that this run has started. */
export interface ServerControl {
  /** Ends it as a crash would, and starts it again on the same port and data. */
  restart(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** It keeps its connections and answers nothing. */
  pause(): void;
  resume(): void;
}

/** A relational database's server: named by the run, in a container, or started here. */
export interface DatabaseServer {
  /** For people: `PostgreSQL 18.4, started here`. */
  readonly what: string;
  readonly host: string;
  readonly port: number;
  createDatabase(): Promise<TestDatabase>;
  readonly control?: ServerControl;
  close(): Promise<void>;
}

/** One place where a server may come from; null: not here, for this reason. */
export type ServerSource = () => Promise<DatabaseServer | { readonly reason: string }>;

/**
 * The first that there is.
 * @throws Error with every reason
 */
export async function firstServer(sources: readonly ServerSource[]): Promise<DatabaseServer> {
  const reasons: string[] = [];
  for (const source of sources) {
    const found = await source();
    if (!('reason' in found)) return found;
    reasons.push(found.reason);
  }
  throw new Error(reasons.join(' '));
}
