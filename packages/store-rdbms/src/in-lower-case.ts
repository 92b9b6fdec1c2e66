import type { Row } from './statement.ts';

/** A row with its names as every statement writes them: some servers answer in capitals. */
export function inLowerCase(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
}
