import type { Endpoint, EndpointResponse } from '../endpoints/endpoint.ts';
import { requireFormBody } from '../oauth/form-body.ts';
import type { ServerContext } from '../server/context.ts';
import { isFormToken } from './form-token.ts';
import { LOGOUT_PATH, mountOf } from './own-path.ts';
import { answeredByPage } from './page-errors.ts';
import { requireSameOrigin } from './same-origin.ts';
import { endSession, readSession } from './session.ts';

/** The target of our own page's form: field `form_token`. Goes on by 303 to its own GET, which shows how things are now. */
export function logoutEndpoint(context: ServerContext): Endpoint {
  return answeredByPage(context, 'logout', async (request, now) => {
    requireSameOrigin(request, context.settings.issuer);
    const form = requireFormBody(request, context.settings.limits);
    const shown: EndpointResponse = {
      kind: 'redirect',
      status: 303,
      location: mountOf(request, LOGOUT_PATH) + LOGOUT_PATH,
    };
    const signedOut: EndpointResponse = { ...shown, cookies: { owner: null, browser: null } };
    const signedIn = await readSession(context, request.ownerCookie, now);
    if (!signedIn) return signedOut;
    const session = signedIn.session.key;
    const own = isFormToken(context, form.get('form_token'), {
      purpose: 'logout',
      browser: request.browserCookie,
      session,
    });
    // A page of another session: nothing ends, and a fresh page asks again.
    if (!own) return shown;
    await endSession(context, session, now);
    context.runtime.events.emit('logout', { traceId: request.traceId, subject: signedIn.session.subject });
    return signedOut;
  });
}
