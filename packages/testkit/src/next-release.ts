import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** A later release of all this, whose relational schema is two versions on. */
export interface NextRelease {
  readonly folder: string;
  /** What its `gatehouse` runs, for `startServer` and for command lines. */
  readonly main: string;
  /** The address of its package of relational stores. */
  readonly stores: string;
  readonly schemaVersion: number;
  /** The column of `oauth_grant` that its schema adds, and fills with `created_at` for the rows that are there. */
  readonly column: string;
  remove(): void;
}

const ROOT = path.resolve(import.meta.dirname, '../../..');
const COLUMN = 'later_idea';

/** What the two files do, where statements are committed by themselves and where they are not. */
const UPGRADES: Readonly<Record<string, readonly [name: string, ...statements: string[]][]>> = {
  postgresql: upgrades(
    `ALTER TABLE oauth_grant ADD COLUMN ${COLUMN} bigint`,
    `CREATE INDEX oauth_grant_later ON oauth_grant (tenant_id, ${COLUMN})`,
  ),
  mysql: upgrades(
    `ALTER TABLE oauth_grant ADD COLUMN ${COLUMN} bigint`,
    `ALTER TABLE oauth_grant ADD INDEX oauth_grant_later (tenant_id, ${COLUMN})`,
  ),
  sqlite: upgrades(
    `ALTER TABLE oauth_grant ADD COLUMN ${COLUMN} INTEGER`,
    `CREATE INDEX oauth_grant_later ON oauth_grant (tenant_id, ${COLUMN})`,
  ),
};

function upgrades(...adding: readonly string[]): readonly [string, ...string[]][] {
  return [
    ['add-later-idea', ...adding],
    ['fill-later-idea', `UPDATE oauth_grant SET ${COLUMN} = created_at WHERE ${COLUMN} IS NULL`],
  ];
}

/** A copy of this working tree, changed as a release with two upgrades would be. */
export async function makeNextRelease(): Promise<NextRelease> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-next-'));
  const own = new Set(['dist', '.cache']);
  for (const part of ['packages', 'sql', 'package.json'])
    cpSync(path.join(ROOT, part), path.join(folder, part), {
      recursive: true,
      // The links between the packages lead from copy to copy, those to other packages through the next line.
      verbatimSymlinks: true,
      filter: (file) => !own.has(path.basename(file)),
    });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));

  const tables = path.join(folder, 'packages/store-rdbms/src/tables.ts');
  const text = readFileSync(tables, 'utf8');
  const current = Number(/SCHEMA_VERSION = (\d+);/.exec(text)?.[1]);
  const schemaVersion = current + 2;
  writeFileSync(tables, text.replace(`SCHEMA_VERSION = ${current};`, `SCHEMA_VERSION = ${schemaVersion};`));
  for (const [dbms, files] of Object.entries(UPGRADES)) {
    const scripts = path.join(folder, 'sql', dbms);
    // The row of a script, with the database's own clock.
    const [row = ''] =
      /^INSERT INTO oauth_schema [^;]*;$/m.exec(readFileSync(path.join(scripts, 'oauth-server.sql'), 'utf8')) ?? [];
    for (const [index, [name, ...statements]] of files.entries()) {
      const version = current + 1 + index;
      const numbered = row
        .replace(`SELECT ${current},`, `SELECT ${version},`)
        .replace(`version = ${current})`, `version = ${version})`);
      const script = [...statements.map((statement) => `${statement};`), numbered].join('\n');
      const file = path.join(scripts, 'upgrade', `${String(version).padStart(3, '0')}-${name}.sql`);
      writeFileSync(file, `${script}\n`);
    }
  }
  await writeChecksums(folder);
  return {
    folder,
    main: path.join(folder, 'packages/server/src/cli/main.ts'),
    stores: pathToFileURL(path.join(folder, 'packages/store-rdbms/src/index.ts')).href,
    schemaVersion,
    column: COLUMN,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** As whoever writes an upgrade does: by the rule of the package that reads it. */
async function writeChecksums(folder: string): Promise<void> {
  const rule = pathToFileURL(path.join(folder, 'packages/store-rdbms/src/migrate/checksum.ts')).href;
  const files = Object.keys(UPGRADES).flatMap((dbms) => {
    const upgrade = path.join(folder, 'sql', dbms, 'upgrade');
    return readdirSync(upgrade)
      .filter((file) => file.endsWith('.sql'))
      .map((file) => path.join(upgrade, file));
  });
  const program = `
    const { checksumOf, checksumSaid } = await import(${JSON.stringify(rule)});
    const { readFileSync, writeFileSync } = await import('node:fs');
    for (const file of ${JSON.stringify(files)}) {
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replace(checksumSaid(text), checksumOf(text)));
    }`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
}
