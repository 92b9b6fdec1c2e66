import type { Missing, OwnServerOptions, Rows, RunningServer } from './database-server.ts';

/** What a container of a database has to be told, the same for the official image and for one that is built here. */
export interface ContainerRecipe {
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** After the image's own entry point. */
  readonly command?: readonly string[];
  /** Path in the container to its text. */
  readonly files?: Readonly<Record<string, string>>;
  readonly privileged?: boolean;
}

/** What the servers of one database have in common, whatever their version. */
export interface Product {
  readonly name: string;
  /** Of its URLs. */
  readonly scheme: string;
  /** The administrator and the database it connects to. */
  readonly user: string;
  readonly database: string;
  /**
   * Gigabytes: its image is never pulled unasked, only where `TEST_IMAGE_<NAME>` names it, or `REQUIRE_BACKENDS` does and
   * nothing can be started in its place.
   */
  readonly large?: true;
  container(password: string, options: OwnServerOptions): ContainerRecipe;
  /** Starts a server whose programs are on this machine. */
  startLocal?(version: string, options: OwnServerOptions): Promise<RunningServer | Missing>;
  /** Asks a server: `18.6`; rejects where no connection can be made. */
  version?(admin: URL): Promise<string>;
  /** Where nothing here can ask: the line of a container's output that says it is ready. */
  readonly readyLine?: RegExp;
  /** An empty database for each test file; without, all use the one of the URL, each in a namespace of its own. */
  readonly databases?: {
    create(admin: URL, name: string): Promise<void>;
    /** Where a database is not the path of a URL. */
    url?(admin: URL, name: string): URL;
    /** One statement in a database that was created. */
    run?(database: URL, statement: string): Promise<Rows>;
    drop(admin: URL, name: string): Promise<void>;
  };
}
