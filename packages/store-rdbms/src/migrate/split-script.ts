/**
 * The statements of a script, without comments before them. A statement ends with a semicolon at the end of a line; a
 * block whose inside has semicolons ends with a line that is `blockEnd` alone (`GO`, `/`, `@`), and so may any other.
 */
export function splitScript(text: string, blockEnd?: string): readonly string[] {
  const statements: string[] = [];
  let lines: string[] = [];
  const blocks = blockEnd !== undefined && text.split('\n').some((line) => line.trim() === blockEnd);
  const end = (): void => {
    const statement = lines.join('\n').trim().replace(/;$/, '').trim();
    if (statement !== '') statements.push(statement);
    lines = [];
  };
  for (const line of text.split('\n')) {
    if (line.trim() === blockEnd) {
      end();
      continue;
    }
    // A comment after a statement's first line stays: it may be within a text.
    if (lines.length === 0 && /^\s*(?:--.*)?$/.test(line)) continue;
    lines.push(line);
    if (!blocks && /;\s*(?:--.*)?$/.test(line)) end();
  }
  end();
  return statements;
}
