import type { ConnectionSettings } from '../connection/settings.ts';
import type { Row } from '../statement.ts';

/** One thing that `open()` wants to know of a database; the text takes no parameters. Keys of rows are in lower case. */
export interface Question {
  readonly text: string;
  /** Of what tables keep as they were made: asked before they are made, too. */
  readonly lasting?: true;
  /** A sentence that names the fix where the store must not be opened on this database, else null. */
  readonly refuses?: (rows: readonly Row[], settings: ConnectionSettings) => string | null;
  /** A sentence for the log where it may be opened, but not like this for long. */
  readonly warns?: (rows: readonly Row[], settings: ConnectionSettings) => string | null;
}
