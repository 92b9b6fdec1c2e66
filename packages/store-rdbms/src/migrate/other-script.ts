import type { DialectName } from '../dialects/names.ts';
import type { Versions } from '../self-check/refused-version.ts';
import { SCHEMA_VERSION } from '../tables.ts';
import { checksumOf, checksumSaid } from './checksum.ts';
import { type Script, upgradesFrom, wholeSchema } from './scripts.ts';

/** A sentence where a script of this package is not as it was shipped, else null. */
export function editedScript({ name, text }: Script): string | null {
  const [is, said] = [checksumOf(text), checksumSaid(text)];
  if (is === said) return null;
  return `sql/${name} was edited: its statements have the checksum ${is}, and it says ${said ?? 'none'}. Install this package again, and run what a database of yours needs beside it by hand.`;
}

/** The same of every script that leads to this package's version. */
export function editedScripts(dialect: DialectName): string | null {
  return shipped(dialect, 0).map(editedScript).find(Boolean) ?? null;
}

/**
 * A sentence where a database was brought to this package's version by another text than this package has, else null.
 * It tells which script was run, not what has become of the tables since.
 */
export function madeByAnother(dialect: DialectName, { version, checksum }: Versions): string | null {
  if (version !== SCHEMA_VERSION) return null;
  const scripts = shipped(dialect, SCHEMA_VERSION - 1);
  const known = scripts.map(({ text }) => checksumSaid(text));
  if (known.includes(checksum)) return null;
  const names = scripts.map(({ name }) => `sql/${name}`).join(' or ');
  return `Version ${version} of the schema was made by another text than ${names}: oauth_schema has the checksum ${checksum}, the script ${known[0]}. Compare the tables with the script, mend what differs, and UPDATE oauth_schema SET checksum = '${known[0]}' WHERE version = ${version}.`;
}

function shipped(dialect: DialectName, from: number): readonly Script[] {
  return [wholeSchema(dialect, SCHEMA_VERSION), ...upgradesFrom(dialect, from)];
}
