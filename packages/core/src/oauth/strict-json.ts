/** Levels of nesting; what is signed or registered honestly has three or four. */
const DEEPEST = 16;
/** Once JSON.parse has taken a text these are all there is to see of its structure. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/**
 * JSON that two readers cannot understand differently (R16, R25): no member twice in one object, however it is escaped,
 * no U+0000, no lone surrogate, not nested too deeply. Look members up with `Object.hasOwn` only.
 * @throws SyntaxError without a word of the text
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SyntaxError('It is not JSON.');
  }
  /** One for each open bracket: the names so far of an object, null for a list. */
  const open: (Set<string> | null)[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : null);
      if (open.length > DEEPEST) throw new SyntaxError(`It is nested more than ${DEEPEST} deep.`);
    } else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const names = open.at(-1);
      if (names?.has(last)) throw new SyntaxError('It has a member twice.');
      names?.add(last);
    } else {
      last = token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
      if (last.includes('\0') || !last.isWellFormed())
        throw new SyntaxError('It has a character that cannot be stored.');
    }
  }
  return value;
}

/** The object in a text. @throws SyntaxError */
export function parseStrictObject(text: string): Readonly<Record<string, unknown>> {
  const value = parseStrictJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError('It is not an object.');
  return value as Readonly<Record<string, unknown>>;
}
