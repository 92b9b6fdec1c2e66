import { schemeOf } from './store-scheme.ts';

/** Stores on this machine, whose URLs have no password. */
const LOCAL: ReadonlySet<string> = new Set(['cache', 'sqlite']);

/**
 * A store's URL for people and logs. Of one that may have a password the scheme alone: where a password has letters
 * that a URL reads otherwise, parts of it are taken for port, path or parameters.
 */
export function shownUrl(url: string): string {
  const scheme = schemeOf(url);
  if (scheme === '') return '…';
  return LOCAL.has(scheme) && !url.includes('@') ? url : `${scheme}:…`;
}
