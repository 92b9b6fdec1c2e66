import { endFamily } from '../../grants/end-family.ts';
import type { GrantId } from '../../store/brands.ts';
import type { Basis } from '../../tokens/granted.ts';
import { issue } from '../../tokens/issue.ts';
import { consentedScope, consentKey } from '../consent.ts';
import { decideOnce, type Outcome } from '../decide-once.ts';
import { type Accepted, grantFacts, makeFamily, toGranted } from '../new-grant.ts';

/** RFC 6749 4.2.2: an access token, with its grant in the same write; never a refresh token (AX-27). */
export async function answerWithToken(state: Accepted): Promise<Outcome> {
  const { family, key } = makeFamily(state);
  return decideOnce(state, key, {
    async first() {
      const sessionId = state.signedIn.session.key;
      const derived = state.decision !== null;
      const basis: Basis = { kind: 'new', family, derived, sessionId, data: grantFacts(state) };
      const body = await issueOn(state, basis, state.approval.scope);
      return body === 'outdated' ? 'there' : answerIfStanding(state, key, state.approval.scope, body);
    },
    async again(grant) {
      if (state.now >= grant.data.endsAt) return 'restart';
      const body = await issueOn(state, { kind: 'existing', grant }, grant.data.scope);
      return body === 'outdated' ? 'moved' : answerIfStanding(state, key, grant.data.scope, body);
    },
  });
}

type Body = Readonly<Record<string, unknown>>;

async function issueOn(state: Accepted, basis: Basis, scope: readonly string[]): Promise<Body | 'outdated'> {
  const issued = await issue(state.context, toGranted(state, basis, scope), state.now);
  return issued === 'outdated' ? issued : issued.body;
}

/**
 * A code is held against consent and session once more when it is redeemed; a token given here has no such second
 * look, so the look comes before the answer: who signed out or took consent back meanwhile has not given it.
 */
async function answerIfStanding(state: Accepted, key: GrantId, scope: readonly string[], body: Body): Promise<Outcome> {
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
    (!approval.onRecord || scope.every((name) => recorded.includes(name)));
  if (stands) return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));
  const reason = 'consent or session ended while the token was issued';
  const grant = { key, clientId: client.id, subject, revoked: null };
  await endFamily(context, grant, { reason, now, traceId: request.traceId });
  return 'restart';
}
