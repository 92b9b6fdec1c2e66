import type { Endpoint, EndpointRequest, EndpointResponse } from '../endpoints/endpoint.ts';
import { OAuthError } from '../oauth/errors.ts';
import { type Form, mergeForms, parseQuery, queryOf } from '../oauth/form.ts';
import { requireFormBody, withoutQuery } from '../oauth/form-body.ts';
import { type LogoutRequest, readLogoutRequest } from '../openid/logout-request.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import { browserCookieFor } from './browser-cookie.ts';
import { endSignIn, endSignInAt } from './end-sign-in.ts';
import { isFormToken, makeFormToken } from './form-token.ts';
import { LOGOUT_PATH, mountOf } from './own-path.ts';
import { answeredByPage } from './page-errors.ts';
import { requireSameOrigin } from './same-origin.ts';
import { readSession, type SignedIn, subjectOfSession } from './session.ts';

const OF_OUR_FORM: ReadonlySet<string> = new Set(['form_token']);

const ownPath = (request: EndpointRequest): string => mountOf(request, LOGOUT_PATH) + LOGOUT_PATH;

/**
 * Where an owner signs out: a GET shows who is signed in, with the form that signs out, its field `form_token`; or it is a
 * client's request (OpenID Connect RP-Initiated Logout 2), which may come by POST too. The form's post goes on by 303.
 */
export function logoutEndpoint(context: ServerContext): Endpoint {
  return answeredByPage(context, 'logout', async (request, now) => {
    if (request.method === 'GET') {
      const form = parseQuery(request.url.search, context.settings.limits);
      return show(context, request, await readLogoutRequest(context, form, now), now);
    }
    if (request.method !== 'POST')
      throw new OAuthError('invalid_request', 'This endpoint takes GET and POST requests only.', {
        check: 'request-method',
        expected: 'GET or POST',
        status: 405,
        headers: { Allow: 'GET, POST' },
      });
    const { limits } = context.settings;
    const body = requireFormBody(withoutQuery(request), limits);
    const form = mergeForms(parseQuery(request.url.search, limits), body);
    return form.has('form_token') ? signOut(context, request, form, now) : ask(context, request, form);
  });
}

/** Who is meant by an ID token of the present session is signed out at once; everybody else is asked (RP-Initiated Logout 2). */
async function show(
  context: ServerContext,
  request: EndpointRequest,
  asked: LogoutRequest,
  now: Instant,
): Promise<EndpointResponse> {
  const { fields, hint, target } = asked;
  const signedIn = await readSession(context, request.ownerCookie, now);
  if (signedIn && hint?.session === signedIn.session.key) return end(context, request, signedIn, target, now);
  await endWhatIsOver(context, request, asked, now);
  if (!signedIn) return signedOut(target, 302);
  const { owner, session } = signedIn;
  const browser = browserCookieFor(context, request, session.key);
  const formToken = makeFormToken(context, { purpose: 'logout', browser, session: session.key });
  return {
    kind: 'interact',
    prompt: { type: 'logout', username: owner.username, formToken, fields },
    cookies: { browser },
  };
}

/** Our own form. */
async function signOut(
  context: ServerContext,
  request: EndpointRequest,
  form: Form,
  now: Instant,
): Promise<EndpointResponse> {
  requireSameOrigin(request, context.settings.issuer);
  const asked = await readLogoutRequest(context, form, now);
  const { hint, target } = asked;
  const signedIn = await readSession(context, request.ownerCookie, now);
  const own = ownPath(request);
  const other = await endWhatIsOver(context, request, asked, now);
  if (!signedIn) return signedOut(target ?? own, 303);
  const session = signedIn.session.key;
  const binding = { purpose: 'logout', browser: request.browserCookie, session } as const;
  // A page of another session: nothing ends, and a fresh page asks again.
  if (!isFormToken(context, form.get('form_token'), binding)) return ask(context, request, form);
  // Another session of the same owner, whose cookie is lost: the yes is for that one too.
  if (hint?.session && other === signedIn.session.subject)
    await endSignIn(context, hint.session, { now, traceId: request.traceId });
  return end(context, request, signedIn, target ?? own, now);
}

/**
 * Of a session that is over what its client got ends without a question: nobody is there to be asked.
 * @returns whose session the ID token is of, while that goes on
 */
async function endWhatIsOver(
  context: ServerContext,
  { traceId }: EndpointRequest,
  { client, hint }: LogoutRequest,
  now: Instant,
): Promise<string | null> {
  if (!client || !hint?.session) return null;
  const subject = await subjectOfSession(context, hint.session, now);
  if (subject === null) await endSignInAt(context, client.id, hint.session, { now, traceId });
  return subject;
}

async function end(
  context: ServerContext,
  request: EndpointRequest,
  { session }: SignedIn,
  target: string | null,
  now: Instant,
): Promise<EndpointResponse> {
  const { traceId } = request;
  await endSignIn(context, session.key, { now, traceId });
  context.runtime.events.emit('logout', { traceId, subject: session.subject });
  return signedOut(target, request.method === 'POST' ? 303 : 302);
}

function signedOut(target: string | null, status: 302 | 303): EndpointResponse {
  const cookies = { owner: null, browser: null };
  return target === null ? { kind: 'signed_out', cookies } : { kind: 'redirect', status, location: target, cookies };
}

/** A post from elsewhere brings no cookie that is not lax, and one from a stale page no token: its own GET asks (R34). */
function ask(context: ServerContext, request: EndpointRequest, form: Form): EndpointResponse {
  const text = queryOf(form, OF_OUR_FORM);
  const query = text === '' ? '' : `?${text}`;
  parseQuery(query, context.settings.limits);
  return { kind: 'redirect', status: 303, location: ownPath(request) + query };
}
