import { reportRefusal } from '../endpoints/answered.ts';
import type { EndpointResponse } from '../endpoints/endpoint.ts';
import { asOAuthError, errorBody } from '../oauth/error-response.ts';
import { OUT_OF_BAND } from '../oauth/redirect-uri.ts';
import { errorPage } from '../owner/page-errors.ts';
import { deliver } from './delivery.ts';
import { modeOfRefusal } from './response-type.ts';
import type { AuthorizeRequest, Facts, NamedStep } from './step.ts';

/** One step after the other, each with what those before it found out, until one has an answer or refuses. */
export async function runSteps(steps: readonly NamedStep[], request: AuthorizeRequest): Promise<EndpointResponse> {
  let state: AuthorizeRequest & Partial<Facts> = request;
  const { log } = request.context.runtime;
  // AX-246: with this an operator sees how far a request came.
  const trace = log.isEnabled('debug');
  const { traceId } = request.request;
  for (const { name, phase, run } of steps) {
    try {
      const result = await run(state);
      if (trace) log.debug({ traceId, step: name, answered: 'answer' in result }, 'A step was passed.');
      if ('answer' in result) return withOwnerCookie(result.answer, state);
      state = { ...state, ...result };
    } catch (thrown) {
      return withOwnerCookie(refuse(phase, state, thrown), state);
    }
  }
  throw new Error('No step answered the request.');
}

/** RFC 6749 4.1.2.1: told to the client once it is known that the place to tell it is the client's. */
function refuse(
  phase: NamedStep['phase'],
  { client, context, form, redirectUri, request }: AuthorizeRequest & Partial<Facts>,
  thrown: unknown,
): EndpointResponse {
  const clientId = client?.id ?? null;
  if (phase === 'page' || redirectUri === undefined || redirectUri === OUT_OF_BAND)
    return errorPage(context, 'authorize', request, thrown, clientId);
  const error = asOAuthError(thrown);
  reportRefusal(context, 'authorize', { request, clientId }, error);
  return deliver(request, redirectUri, modeOfRefusal(form), {
    ...errorBody(error, context.settings.errorDescriptions),
    state: form.get('state'),
    iss: context.settings.issuer,
  });
}

function withOwnerCookie(answer: EndpointResponse, { ownerCookie }: Partial<Facts>): EndpointResponse {
  if (ownerCookie === undefined || ownerCookie === null) return answer;
  return { ...answer, cookies: { ...answer.cookies, owner: ownerCookie } };
}
