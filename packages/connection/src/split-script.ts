/** What the command lines of some databases want between statements. */
const SEPARATOR = /^\s*(?:GO|\/)\s*$/i;

/** Nothing but space and a comment. */
const NO_CODE = /^\s*(?:--.*)?$/;

/** The statements of a script: each ends with a semicolon at the end of a line. Comments between them are left out, and how a line ends is all one. */
export function splitScript(text: string): readonly string[] {
  const statements: string[] = [];
  let lines: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (SEPARATOR.test(line) || (lines.length === 0 && NO_CODE.test(line))) continue;
    lines.push(line);
    if (NO_CODE.test(line) || !/;\s*$/.test(line)) continue;
    statements.push(lines.join('\n').trim().replace(/;$/, ''));
    lines = [];
  }
  // What has no end is a script that was cut off: it is sent, and the database says so.
  if (lines.length > 0) statements.push(lines.join('\n').trim());
  return statements;
}
