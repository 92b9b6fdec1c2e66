import { OUT_OF_BAND } from '../../oauth/redirect-uri.ts';
import type { Outcome } from '../decide-once.ts';
import { deliver } from '../delivery.ts';
import type { Accepted } from '../new-grant.ts';
import type { ResponseType } from '../response-type.ts';
import { answerWithCode } from '../response-types/code.ts';
import { answerWithToken } from '../response-types/implicit.ts';
import { startAgain } from '../start-again.ts';
import type { Facts, Step } from '../step.ts';

const ANSWERS: Record<ResponseType['name'], (state: Accepted) => Promise<Outcome>> = {
  code: answerWithCode,
  token: answerWithToken,
};

/** Writes what was granted, then says it to the client. */
export const answerClient: Step<keyof Facts, never> = async (state) => {
  const { approval, client, context, form, redirectUri, request, responseMode, responseType, signedIn } = state;
  const outcome = await ANSWERS[responseType.name](state);
  if (outcome === 'restart') return { answer: startAgain(request, state.self) };
  context.runtime.events.emit('authorize.granted', {
    traceId: request.traceId,
    clientId: client.id,
    subject: signedIn.session.subject,
    responseType: responseType.name,
    scope: approval.scope,
  });
  const answered = form.get('state');
  if (redirectUri === OUT_OF_BAND && outcome['code'] !== undefined)
    return {
      answer: { kind: 'code_page', code: outcome['code'], clientName: client.name, state: answered ?? null },
    };
  // RFC 9207 2: every answer says whose it is.
  const parameters = { ...outcome, state: answered, iss: context.settings.issuer };
  return { answer: deliver(request, redirectUri, responseMode, parameters) };
};
