import type { EndpointRequest } from '../endpoints/endpoint.ts';
import { sameText } from '../oauth/same-text.ts';
import type { ServerContext } from '../server/context.ts';
import { mac } from '../server/secrets.ts';
import type { Key } from '../store/brands.ts';
import { randomLetters } from '../tokens/handle.ts';

/**
 * What binds a page to the browser that was shown it. A signed-in browser's value follows from its session, so that
 * two tabs hold the same one: the cookie is strict, and a tab opened from another site cannot see the one before it.
 */

const ANONYMOUS = /^[0-9A-Za-z]{22}$/;

/** The value to set with a page. */
export function browserCookieFor(
  context: ServerContext,
  request: Pick<EndpointRequest, 'browserCookie'>,
  session: Key | null,
): string {
  if (session !== null) return ofSession(context, session, 0);
  const sent = request.browserCookie;
  return sent !== null && ANONYMOUS.test(sent) ? sent : randomLetters(context.runtime.entropy, 22);
}

/** Whether the browser holds the value of this session, made by any of the server's secrets. */
export function isBrowserOf(context: ServerContext, cookie: string | null, session: Key): boolean {
  if (cookie === null) return false;
  for (let index = 0; index < context.secrets.count; index++)
    if (sameText(ofSession(context, session, index), cookie)) return true;
  return false;
}

function ofSession({ secrets }: ServerContext, session: Key, index: number): string {
  return mac(secrets.key('cookie', index), 'browser', session);
}
