import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DialectName } from '../dialects/names.ts';

/** One file of `sql/<dbms>/`. */
export interface Script {
  /** `postgresql/upgrade/002-….sql` */
  readonly name: string;
  /** What the schema is after it. */
  readonly version: number;
  readonly text: string;
}

/** Beside `dist` in the package, at the top in the repository: the same files. */
const FOLDERS = ['../../sql/', '../../../../sql/'];

const UPGRADE = /^(\d{3})-[a-z0-9-]+\.sql$/;

function folderFound(dialect: DialectName): URL | undefined {
  return FOLDERS.map((folder) => new URL(`${folder}${dialect}/`, import.meta.url)).find((url) =>
    existsSync(fileURLToPath(url)),
  );
}

/** A server that was bundled goes without them: it runs none. */
export function hasScripts(dialect: DialectName): boolean {
  return folderFound(dialect) !== undefined;
}

function folderOf(dialect: DialectName): URL {
  const found = folderFound(dialect);
  if (!found) throw new Error(`There are no scripts for ${dialect}: sql/${dialect}/ is missing from this package.`);
  return found;
}

/** The whole schema, for a database that has none. */
export function wholeSchema(dialect: DialectName, version: number): Script {
  const text = readFileSync(new URL('oauth-server.sql', folderOf(dialect)), 'utf8');
  return { name: `${dialect}/oauth-server.sql`, version, text };
}

/** The numbered upgrades that a database of this version still needs, in their order. */
export function upgradesFrom(dialect: DialectName, version: number): readonly Script[] {
  const folder = new URL('upgrade/', folderOf(dialect));
  if (!existsSync(fileURLToPath(folder))) return [];
  return readdirSync(folder)
    .map((file) => ({ file, number: Number(UPGRADE.exec(file)?.[1] ?? 0) }))
    .filter(({ number }) => number > version)
    .sort((a, b) => a.number - b.number)
    .map(({ file, number }) => ({
      name: `${dialect}/upgrade/${file}`,
      version: number,
      text: readFileSync(new URL(file, folder), 'utf8'),
    }));
}
