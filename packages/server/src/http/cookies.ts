/** Name and attributes of one cookie. */
export interface CookieRecipe {
  readonly name: string;
  readonly domain: string | null;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: 'Strict' | 'Lax' | 'None';
  /** Null: until the browser closes. */
  readonly maxAgeSeconds: number | null;
}

/** RFC 6265bis 6.1: what every browser keeps. */
const LONGEST = 4_096;

/**
 * The value of a cookie that was sent exactly once. Of two with one name nobody can say which is ours: a page on a
 * sibling host or another path may have set the other (SEC-138).
 */
export function readCookie(header: string | null, name: string): string | null {
  if (header === null) return null;
  let value: string | null = null;
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== name) continue;
    if (value !== null) return null;
    value = pair.slice(at + 1).trim();
  }
  return value === '' ? null : value;
}

/** @throws RangeError for a cookie that browsers would drop */
export function writeCookie(recipe: CookieRecipe, value: string | null): string {
  const text = [
    `${recipe.name}=${value ?? ''}`,
    `Path=${recipe.path}`,
    ...(recipe.domain === null ? [] : [`Domain=${recipe.domain}`]),
    ...(value === null ? ['Max-Age=0'] : recipe.maxAgeSeconds === null ? [] : [`Max-Age=${recipe.maxAgeSeconds}`]),
    ...(recipe.httpOnly ? ['HttpOnly'] : []),
    ...(recipe.secure ? ['Secure'] : []),
    `SameSite=${recipe.sameSite}`,
  ].join('; ');
  if (text.length > LONGEST) throw new RangeError(`The cookie ${recipe.name} would be longer than ${LONGEST} bytes.`);
  return text;
}
