import { createHash } from 'node:crypto';
import { splitScript } from '@gatehouse/connection';

/** What a script says its checksum is, in the row that it adds to `oauth_schema`. */
const SAID = /'([0-9a-f]{64})'/;

export function checksumSaid(text: string): string | null {
  return SAID.exec(text)?.[1] ?? null;
}

/**
 * SHA-256, in hex, of what a script has a database do: its statements in one layout, without comments and without the
 * checksum itself. Another word in a comment makes no other schema.
 */
export function checksumOf(text: string): string {
  const statements = splitScript(text).map((statement) =>
    statement.replace(SAID, "''").replace(/--.*$/gm, '').replace(/\s+/g, ' ').trim(),
  );
  return createHash('sha256').update(statements.join(';\n')).digest('hex');
}
