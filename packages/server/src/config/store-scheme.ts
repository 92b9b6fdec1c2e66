/** The beginning of a store's URL; letters of either case, as in every URL. */
export const STORE_SCHEME: RegExp = /^([a-z][a-z0-9+.-]*):/i;

/** `postgresql` of `PostgreSQL://…`; empty where there is none. */
export function schemeOf(url: string): string {
  return STORE_SCHEME.exec(url)?.[1]?.toLowerCase() ?? '';
}
