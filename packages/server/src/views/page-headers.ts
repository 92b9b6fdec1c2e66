import { createHash } from 'node:crypto';
import type { Contents } from './html-position.ts';

/** What a template needs and nothing else: hashes of its own styles and scripts, our own host for what it loads. */
export function contentSecurityPolicy(contents: Contents, endsAtAClient: boolean): string {
  const loads = (...elements: readonly string[]): readonly string[] =>
    elements.some((element) => contents.loads.has(element)) ? ["'self'"] : [];
  const directives: readonly (readonly [string, readonly string[]])[] = [
    ['style-src', [...contents.styles.map(hash), ...loads('link')]],
    ['script-src', [...contents.scripts.filter((script) => script !== '').map(hash), ...loads('script')]],
    ['img-src', loads('img', 'link', 'image', 'source')],
    ['font-src', loads('link')],
    ['form-action', endsAtAClient ? [] : ["'self'"]],
  ];
  return [
    "default-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...directives.flatMap(([name, sources]) => (sources.length === 0 ? [] : [`${name} ${sources.join(' ')}`])),
  ].join('; ');
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Of every page, whatever its status (security.md R35). */
export function pageHeaders(
  policy: string,
  language: string,
  postsElsewhere = false,
): Readonly<Record<string, string>> {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Language': language,
    'Content-Security-Policy': policy,
    'X-Frame-Options': 'DENY',
    'X-Content-Type-Options': 'nosniff',
    // Under no-referrer browsers post our own forms with `Origin: null`; under same-origin, those to a client.
    'Referrer-Policy': postsElsewhere ? 'strict-origin' : 'same-origin',
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    Vary: 'Accept-Language, Cookie',
  };
}
