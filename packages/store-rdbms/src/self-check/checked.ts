import type { Clock, Log } from '@gatehouse/core';
import type { ConnectionSettings } from '../connection/settings.ts';
import type { Database } from '../database/database.ts';
import type { Dialect } from '../dialects/dialect.ts';

/** What a check looks at. */
export interface Checked {
  readonly database: Database;
  readonly dialect: Dialect;
  readonly settings: ConnectionSettings;
  /** Milliseconds. */
  readonly tolerance: number;
  readonly clock: Clock;
  readonly log: Log;
}
