import type { DialectName } from '../dialects/names.ts';
import { upgradesFrom } from '../migrate/scripts.ts';
import { integer } from '../rows.ts';
import type { Row } from '../statement.ts';
import { SCHEMA_VERSION } from '../tables.ts';

/** The newest row of `oauth_schema`. */
export interface Versions {
  readonly version: number;
  /** The oldest schema number that a server must know to run on it. */
  readonly minimum: number;
  /** Of the script that made it. */
  readonly checksum: string;
}

export function versionsIn(row: Row): Versions {
  return {
    version: integer(row, 'version'),
    minimum: integer(row, 'minimum_version'),
    checksum: String(row['checksum']),
  };
}

/** Why no script of ours makes this schema one that this server runs on; null: none is needed, or one does. */
export function refusedVersion(dialect: DialectName, { version, minimum }: Versions): string | null {
  const has = `The database has version ${version} of the schema`;
  if (minimum > SCHEMA_VERSION)
    return `${has}, which runs no server that knows only ${SCHEMA_VERSION}: upgrade the server.`;
  if (version >= SCHEMA_VERSION || upgradesFrom(dialect, version).at(-1)?.version === SCHEMA_VERSION) return null;
  return `${has}, and no script leads from there to ${SCHEMA_VERSION}: restore what was there, or drop our tables and run \`gatehouse migrate\`.`;
}
