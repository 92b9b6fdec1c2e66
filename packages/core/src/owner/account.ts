import type { EndpointRequest, EndpointResponse } from '../endpoints/endpoint.ts';
import type { ServerContext } from '../server/context.ts';
import { browserCookieFor } from './browser-cookie.ts';
import { makeFormToken } from './form-token.ts';
import { readSession } from './session.ts';

/** Who is signed in, for a page with the form that signs out. */
export interface SignedInAccount {
  readonly subject: string;
  readonly username: string;
  /** Goes into the form as `form_token`. */
  readonly formToken: string;
  /** To be set with the page. */
  readonly cookies: NonNullable<EndpointResponse['cookies']>;
}

/** Null where nobody is signed in. */
export async function signedInAccount(
  context: ServerContext,
  request: Pick<EndpointRequest, 'ownerCookie' | 'browserCookie'>,
): Promise<SignedInAccount | null> {
  const signedIn = await readSession(context, request.ownerCookie, context.runtime.clock.now());
  if (!signedIn) return null;
  const { owner, session } = signedIn;
  const browser = browserCookieFor(context, request, session.key);
  return {
    subject: owner.subject,
    username: owner.username,
    formToken: makeFormToken(context, { purpose: 'logout', browser, session: session.key }),
    cookies: { browser },
  };
}
