import type { Endpoint, EndpointRequest, EndpointResponse } from '../endpoints/endpoint.ts';
import { OAuthError } from '../oauth/errors.ts';
import { type Form, mergeForms, parseQuery, queryOf } from '../oauth/form.ts';
import { refuseCredentials, requireFormBody, withoutQuery } from '../oauth/form-body.ts';
import { authorizePath, mountOf } from '../owner/own-path.ts';
import { answeredByPage } from '../owner/page-errors.ts';
import { requireSameOrigin } from '../owner/same-origin.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import { readDecision } from './decision.ts';
import { runSteps } from './run-steps.ts';
import { withoutMark } from './signed-in-after.ts';
import { startAgain } from './start-again.ts';
import { AUTHORIZE_STEPS } from './steps.ts';

const REPEATABLE: ReadonlySet<string> = new Set(['resource']);
/** The consent page's form sends `scope` once for each that is ticked. */
const REPEATABLE_ON_PAGE: ReadonlySet<string> = new Set(['resource', 'scope']);

/** RFC 6749 3.1. A GET is a request; a POST is the consent page's decision, or a request on its way to its own GET. */
export function authorizeEndpoint(context: ServerContext): Endpoint {
  return answeredByPage(context, 'authorize', async (request, now) => {
    const path = authorizePath(context.settings);
    const at = mountOf(request, path) + path;
    if (request.method === 'GET') return begin(context, request, at, now);
    if (request.method === 'POST') return receive(context, request, at, now);
    throw new OAuthError('invalid_request', 'This endpoint takes GET and POST requests only.', {
      check: 'request-method',
      expected: 'GET or POST',
      status: 405,
      headers: { Allow: 'GET, POST' },
    });
  });
}

function begin(context: ServerContext, request: EndpointRequest, at: string, now: Instant): Promise<EndpointResponse> {
  const { search } = request.url;
  const form = parseQuery(withoutMark(search), context.settings.limits, REPEATABLE);
  return runSteps(AUTHORIZE_STEPS, { context, request, now, form, self: at + search, decision: null });
}

async function receive(
  context: ServerContext,
  request: EndpointRequest,
  at: string,
  now: Instant,
): Promise<EndpointResponse> {
  const { limits } = context.settings;
  const bare = withoutQuery(request);
  const body = requireFormBody(bare, limits, { repeatable: REPEATABLE_ON_PAGE });
  if (!body.has('interaction'))
    return moveToQuery(context, request, requireFormBody(bare, limits, { repeatable: REPEATABLE }), at);
  requireSameOrigin(request, context.settings.issuer);
  const decision = await readDecision(context, request, body, now);
  if ('restart' in decision) return startAgain(request, at + decision.restart);
  const { query } = decision.interaction;
  const form = parseQuery(query, limits, REPEATABLE);
  return runSteps(AUTHORIZE_STEPS, { context, request, now, form, self: at + query, decision });
}

/** OpenID Connect Core 3.1.2.1 allows a POST; strict cookies do not come with one from elsewhere, so it becomes our own GET (R34). */
function moveToQuery({ settings }: ServerContext, request: EndpointRequest, body: Form, at: string): EndpointResponse {
  const form = mergeForms(parseQuery(request.url.search, settings.limits, REPEATABLE), body);
  refuseCredentials(form);
  const query = `?${queryOf(form)}`;
  parseQuery(query, settings.limits, REPEATABLE);
  return startAgain(request, at + query);
}
