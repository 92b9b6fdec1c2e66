/** An origin that is nobody's: a path of ours stays on it, whatever else is meant leaves it. */
const BASE = 'http://return.invalid';

// Parsers of URLs drop tabs and line ends, and take a backslash for a slash: what has them is not a path we made.
const VISIBLE = /^[!-[\]-~]+$/;

/**
 * Where the browser goes after signing in: a request to our authorization endpoint, as we wrote it into the form.
 * @returns null for anything else, which the caller replaces by the default page (R36)
 */
export function returnTarget(text: string | undefined, authorizePath: string, limit: number): string | null {
  if (text === undefined || text.length > limit) return null;
  if (!text.startsWith(`${authorizePath}?`) || !VISIBLE.test(text) || !URL.canParse(text, BASE)) return null;
  const url = new URL(text, BASE);
  // Resolving must lead to what is written there: same origin, nothing normalised away, no fragment.
  return url.origin === BASE && url.pathname === authorizePath && url.pathname + url.search === text ? text : null;
}
