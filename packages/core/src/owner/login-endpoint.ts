import { withMark } from '../authorize/signed-in-after.ts';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../endpoints/endpoint.ts';
import { OAuthError } from '../oauth/errors.ts';
import type { Form } from '../oauth/form.ts';
import { requireFormBody } from '../oauth/form-body.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import { browserCookieFor } from './browser-cookie.ts';
import { isFormToken } from './form-token.ts';
import { authorizePath, LOGIN_PATH, mountOf } from './own-path.ts';
import { answeredByPage } from './page-errors.ts';
import { returnTarget } from './return-target.ts';
import { requireSameOrigin } from './same-origin.ts';
import { endSession, readSession, type SignedIn, startSession } from './session.ts';
import { authenticateOwner } from './sign-in.ts';

/** The element of the login page that says so; it shows by `:target`, without a script (parity.md 5). */
const FAILED = '#error=loginfailed';
const STALE = '#error=expired';

/** The target of the login form (AX-223): fields `UserName`, `Passwd`, `continue`, `form_token`; always goes on by 303. */
export function loginEndpoint(context: ServerContext): Endpoint {
  return answeredByPage(context, 'login', async (request, now) => {
    requireSameOrigin(request, context.settings.issuer);
    const form = requireFormBody(request, context.settings.limits);
    const target = targetOf(context, request, form);
    const signedIn = await readSession(context, request.ownerCookie, now);
    const session = signedIn?.session.key ?? null;
    // A page of before: another tab has signed in since, or its cookie is gone. Nothing is tried.
    const own = isFormToken(context, form.get('form_token'), {
      purpose: 'login',
      browser: request.browserCookie,
      session,
    });
    if (!own) return goTo(signedIn ? goOnAs(context, form, target, signedIn, now) : target + STALE);
    return (await signIn(context, request, form, target, signedIn, now)) ?? goTo(target + FAILED);
  });
}

/** Nobody goes on as another unawares: under any other name it takes a sign-in of its own. */
function goOnAs(
  context: ServerContext,
  form: Form,
  target: string,
  { owner, session }: SignedIn,
  now: Instant,
): string {
  if (form.get('UserName') === owner.username || !target.includes('?')) return target;
  return withMark(context, target, { instant: now, session: session.key }) + STALE;
}

async function signIn(
  context: ServerContext,
  request: EndpointRequest,
  form: Form,
  target: string,
  before: SignedIn | null,
  now: Instant,
): Promise<EndpointResponse | null> {
  const username = form.get('UserName');
  const password = form.get('Passwd');
  if (username === undefined || password === undefined) return null;
  const { clientAddress, traceId } = request;
  try {
    const owner = await authenticateOwner(context, { username, password, clientAddress, traceId, now });
    // A new id with each sign-in, and nothing left under the old one (R33).
    if (before) await endSession(context, before.session.key, now);
    const { cookie, session } = await startSession(context, owner, now);
    return { ...goTo(target), cookies: { owner: cookie, browser: browserCookieFor(context, request, session.key) } };
  } catch (thrown) {
    if (thrown instanceof OAuthError && thrown.code === 'invalid_grant') return null;
    throw thrown;
  }
}

/** R36: the request that wanted the owner, or the first page. */
function targetOf({ settings }: ServerContext, request: EndpointRequest, form: Form): string {
  const mount = mountOf(request, LOGIN_PATH);
  const wanted = returnTarget(form.get('continue'), mount + authorizePath(settings), settings.limits.requestLine);
  return wanted ?? `${mount}/`;
}

function goTo(location: string): EndpointResponse {
  return { kind: 'redirect', status: 303, location };
}
