import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SCHEMA_VERSION } from '../schema/tables.ts';

/** One file of `sql/cassandra/`. */
export interface Script {
  readonly name: string;
  /** What the schema is after it. */
  readonly version: number;
  readonly text: string;
}

/** Beside `dist` in the package, at the top in the repository: the same file. */
const PLACES = ['../../sql/oauth-server.cql', '../../../../sql/cassandra/oauth-server.cql'];

/** The whole schema. Each of its statements changes nothing where it was run before. */
export function wholeSchema(): Script {
  const found = PLACES.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(fileURLToPath(url)));
  if (!found) throw new Error('There is no script: sql/oauth-server.cql is missing from this package.');
  return { name: 'cassandra/oauth-server.cql', version: SCHEMA_VERSION, text: readFileSync(found, 'utf8') };
}

/** The scripts that a keyspace of this version still needs; null: it has no schema. */
export function scriptsFrom(version: number | null): readonly Script[] {
  return version === null || version < SCHEMA_VERSION ? [wholeSchema()] : [];
}
