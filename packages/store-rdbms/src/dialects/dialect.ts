import type { Log } from '@gatehouse/core';
import type { Texts } from '../catalogue.ts';
import type { ConnectionSettings } from '../connection/settings.ts';
import type { CompiledCatalogue } from '../database/compiled-catalogue.ts';
import type { Database, SentStatement } from '../database/database.ts';
import type { Engine } from '../database/engine.ts';
import type { Fault } from '../database/fault.ts';
import type { Question } from '../self-check/question.ts';
import type { Result } from '../statement.ts';
import type { DialectName } from './names.ts';

export interface DriverContext {
  readonly log: Log;
  readonly observe?: ((statement: SentStatement) => void) | undefined;
  /** Whether a file that is not there is made: by `migrate` alone. */
  readonly creates?: boolean;
}

/** How the scripts of a dialect are run by `migrate`. */
export interface ScriptRules {
  /** Says that an object of a repeated script is there already. */
  readonly isThere?: (error: unknown) => boolean;
  /** Whether each statement is committed by itself, so that one that was given up (a deadlock) may be said again. */
  readonly repeats?: boolean;
  /** Answers a row where the table `oauth_schema` is there, and no error where it is not. */
  readonly hasSchema: (schema: string | undefined) => string;
  /**
   * Before and after all scripts, on their connection: a lock, so that of several nodes one runs them and the others
   * find it done, and where the engine has it one transaction around all.
   */
  readonly begin: (query: Query) => Promise<void>;
  readonly end: (query: Query) => Promise<void>;
}

type Query = (text: string) => Promise<Result>;

/**
 * One kind of database: its texts, what its errors mean, and how to reach it. A dialect is chosen by name, never
 * guessed from a driver's.
 */
export type Dialect = Spoken & (Served | Local);

/** Reached by a driver, over connections of a pool. */
interface Served {
  readonly local: false;
  /** Imports the driver; connects nowhere yet. */
  readonly engine: (settings: ConnectionSettings, context: DriverContext) => Promise<Engine>;
}

/** Within this process: a file, which has no clock of its own. */
interface Local {
  readonly local: true;
  readonly database: (
    settings: ConnectionSettings,
    catalogue: CompiledCatalogue,
    context: DriverContext,
  ) => Promise<Database>;
}

interface Spoken extends Texts {
  readonly name: DialectName;
  readonly faultOf: (error: unknown) => Fault;
  /** The package of the driver, an optional peer. */
  readonly driver: string;
  readonly defaultPort: number | null;
  /** What `open()` asks beside what it asks of all. */
  readonly questions: readonly Question[];
  /** A text that answers the `name` of every index there is on our tables in a schema; undefined: the user's default one. */
  readonly indexNames: (schema: string | undefined) => string;
  /**
   * A text that answers the `name` (`oauth_grant.tenant_id`) of each column of our tables in a schema that takes one key
   * for another. Absent: all columns of a database are compared alike, and the one that is tried tells.
   */
  readonly foldingColumns?: (schema: string | undefined) => string;
  /** A sentence that names the fix, for what a failed first connection may mean beyond its fault. */
  readonly hint?: (error: unknown) => string | null;
  readonly scripts: ScriptRules;
}
