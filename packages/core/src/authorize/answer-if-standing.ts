import { endFamily } from '../grants/end-family.ts';
import type { GrantId } from '../store/brands.ts';
import { consentedScope, consentKey } from './consent.ts';
import type { Answered, Outcome } from './decide-once.ts';
import type { Accepted } from './new-grant.ts';

/**
 * A code is held against consent and session once more when it is redeemed; a token given here has no such second
 * look, so the look comes before the answer: who signed out or took consent back meanwhile has not given it.
 */
export async function answerIfStanding(state: Accepted, key: GrantId, answer: Answered): Promise<Outcome> {
  const { approval, client, context, now, request, signedIn } = state;
  const { key: sessionId, subject } = signedIn.session;
  const [session, consent] = await Promise.all([
    context.store.find('session', sessionId),
    approval.onRecord ? context.store.find('consent', consentKey(client.id, subject)) : undefined,
  ]);
  const recorded = consentedScope(consent) ?? [];
  const stands =
    session !== undefined &&
    session.state !== null &&
    (!approval.onRecord || answer.scope.every((name) => recorded.includes(name)));
  if (stands) return answer;
  const reason = 'consent or session ended while the token was issued';
  const grant = { key, clientId: client.id, subject, revoked: null };
  await endFamily(context, grant, { reason, now, traceId: request.traceId });
  return 'restart';
}
