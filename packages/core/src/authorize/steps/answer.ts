import { OUT_OF_BAND } from '../../oauth/redirect-uri.ts';
import { makeIdToken } from '../../openid/id-token.ts';
import { askForVeto } from '../../tokens/issue.ts';
import type { Answered } from '../decide-once.ts';
import { deliver } from '../delivery.ts';
import { type Accepted, grantFacts, toGranted } from '../new-grant.ts';
import { isOpenid } from '../response-type.ts';
import { answerWithoutToken } from '../response-types/grant-alone.ts';
import { answerWithToken } from '../response-types/with-token.ts';
import { startAgain } from '../start-again.ts';
import type { Facts, Step } from '../step.ts';

/** Writes what was granted, then says it to the client. */
export const answerClient: Step<keyof Facts, never> = async (state) => {
  const { client, context, form, redirectUri, request, responseMode, responseType, signedIn } = state;
  // What would keep an ID token back is found out before anything is written; beside an access token the hook is asked anyway.
  if (isOpenid(responseType) && !responseType.gives.has('token'))
    await askForVeto(context, toGranted(state, { kind: 'none' }, state.approval.scope));
  const answer = responseType.gives.has('token') ? answerWithToken : answerWithoutToken;
  const outcome = await answer(state);
  if (outcome === 'restart') return { answer: startAgain(request, state.self) };
  const idToken = isOpenid(responseType) ? await idTokenBeside(state, outcome) : {};
  context.runtime.events.emit('authorize.granted', {
    traceId: request.traceId,
    clientId: client.id,
    subject: signedIn.session.subject,
    responseType: responseType.name,
    scope: outcome.scope,
  });
  const answered = form.get('state');
  const { code } = outcome.parameters;
  if (redirectUri === OUT_OF_BAND && code !== undefined)
    return {
      answer: { kind: 'code_page', code, clientName: client.name, state: answered ?? null },
    };
  // RFC 9207 2: every answer says whose it is.
  const parameters = { ...outcome.parameters, ...idToken, state: answered, iss: context.settings.issuer };
  return { answer: deliver(request, redirectUri, responseMode, parameters) };
};

/** OpenID Connect Core 3.2.2.5, 3.3.2.5: with the hashes of what goes out beside it, so that nothing is put in its place. */
async function idTokenBeside(
  state: Accepted,
  { parameters, scope }: Answered,
): Promise<{ readonly id_token?: string }> {
  const { access_token: accessToken, code } = parameters;
  const granted = toGranted(state, { kind: 'none' }, scope);
  const facts = { ...grantFacts(state), sessionId: state.signedIn.session.key };
  const idToken = await makeIdToken(state.context, granted, facts, { accessToken, code }, state.now);
  return idToken === null ? {} : { id_token: idToken };
}
