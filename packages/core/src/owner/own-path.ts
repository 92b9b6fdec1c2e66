import type { EndpointRequest } from '../endpoints/endpoint.ts';
import type { Settings } from '../server/config.ts';

/** The reference system's path of the login form's target (AX-223). */
export const LOGIN_PATH = '/oauth/login';
/** The target of the form that signs out. */
export const LOGOUT_PATH = '/oauth/logout';

export function authorizePath(settings: Pick<Settings, 'basePath'>): string {
  return `${settings.basePath}/authorize`;
}

// One slash before each segment: `//host` would be another server's address.
const MOUNT = /^(?:\/[\w.~-]+)+$/;

/** What comes before our own path where the server is mounted inside a user's app; empty where nothing does. */
export function mountOf({ url }: Pick<EndpointRequest, 'url'>, ownPath: string): string {
  if (!url.pathname.endsWith(ownPath)) return '';
  const mount = url.pathname.slice(0, -ownPath.length);
  return MOUNT.test(mount) ? mount : '';
}
