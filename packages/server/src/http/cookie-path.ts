import { DEFAULT_SETTINGS, LOGIN_PATH, LOGOUT_PATH } from '@gatehouse/core';
import { mountPathOf } from './mount-path.ts';

export interface OwnAddress {
  /** Absent: at the root of this machine. */
  readonly issuer?: string | undefined;
  readonly basePath?: string | undefined;
}

/** The first of the pages' paths that a cookie of this path does not come along to; null where it comes to all. */
export function unreachedPath(cookiePath: string, { basePath, issuer }: OwnAddress): string | null {
  const mount = issuer === undefined ? '' : mountPathOf(issuer);
  const authorize = `${basePath ?? DEFAULT_SETTINGS.basePath}/authorize`;
  return (
    [authorize, LOGIN_PATH, LOGOUT_PATH].map((path) => mount + path).find((path) => !matches(cookiePath, path)) ?? null
  );
}

/** RFC 6265 5.1.4. */
function matches(cookiePath: string, path: string): boolean {
  if (!path.startsWith(cookiePath)) return false;
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/';
}
