import type { IssuedCertificate } from '../certificate-authority.ts';

export type Rows = readonly Readonly<Record<string, unknown>>[];

/** An empty database of its own for one test file. */
export interface TestDatabase {
  readonly name: string;
  /** As a user that may do everything in it. */
  readonly url: string;
  /** One statement, as that user: what a newer version, or a database's own people, would do to it; answers its rows. */
  run(statement: string): Promise<Rows>;
  drop(): Promise<void>;
}

/** What can be done to a server that nobody else uses. */
export interface ServerControl {
  /** Ends it as a crash would, or in good order, and starts it again on the same port and data. */
  restart(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** It keeps its connections and answers nothing. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** A relational database's server: named by the run, in a container, or started here. */
export interface DatabaseServer {
  /** For people: `PostgreSQL 18.4, started here`. */
  readonly what: string;
  readonly host: string;
  readonly port: number;
  /** As the user that may create databases and users. */
  readonly adminUrl: string;
  createDatabase(): Promise<TestDatabase>;
  /** Ends it, if it is this file's own; one that is shared is ended with the run. */
  close(): Promise<void>;
}

/** A server that one test file has to itself. */
export interface OwnDatabaseServer extends DatabaseServer {
  readonly control: ServerControl;
}

export interface OwnServerOptions {
  /** Offered to every client, asked of none. */
  readonly tls?: IssuedCertificate;
  /** More of the server's own settings: `['max_connections=20']`. */
  readonly settings?: readonly string[];
}

/** A server that runs, before anything was asked of it. */
export interface RunningServer {
  /** Where it is another product than it is asked for: what stands in for it. */
  readonly what?: string | undefined;
  /** How it came to be: `in a container of postgres:18`. */
  readonly origin: string;
  readonly adminUrl: string;
  readonly control?: ServerControl;
  close(): Promise<void>;
}

/** Not here, for this reason. */
export interface Missing {
  readonly reason: string;
}

/** One place where a server may come from. */
export type ServerSource = () => Promise<RunningServer | Missing>;

/**
 * The first that there is.
 * @throws Error with every reason
 */
export async function firstServer(sources: readonly ServerSource[]): Promise<RunningServer> {
  const reasons: string[] = [];
  for (const source of sources) {
    const found = await source();
    if (!('reason' in found)) return found;
    reasons.push(found.reason);
  }
  throw new Error(reasons.join(' '));
}
