import type { Basis } from '../../tokens/granted.ts';
import { issue } from '../../tokens/issue.ts';
import { answerIfStanding } from '../answer-if-standing.ts';
import { decideOnce, type Outcome } from '../decide-once.ts';
import { type Accepted, codeMetadata, grantFacts, isStillGood, makeFamily, newCode, toGranted } from '../new-grant.ts';

/**
 * RFC 6749 4.2.2: an access token, with its grant in the same write; never a refresh token (AX-27). In the hybrid flow
 * (OpenID Connect Core 3.3) the code is a state of that same grant, so that whatever ends it ends both.
 */
export async function answerWithToken(state: Accepted): Promise<Outcome> {
  const { code, family, key } = makeFamily(state);
  const hybrid = state.responseType.gives.has('code');
  const beside = hybrid ? { code } : {};
  return decideOnce(state, key, {
    async first() {
      const sessionId = state.signedIn.session.key;
      const derived = state.decision !== null;
      const data = hybrid ? { ...grantFacts(state), metadata: codeMetadata(state) } : grantFacts(state);
      const made = hybrid ? { code: newCode(state, code) } : {};
      const basis: Basis = { kind: 'new', family, derived, sessionId, data, ...made };
      const body = await issueOn(state, basis, state.approval.scope);
      return body === 'outdated'
        ? 'there'
        : answerIfStanding(state, key, { scope: state.approval.scope, parameters: texts({ ...body, ...beside }) });
    },
    async again(grant) {
      if (state.now >= grant.data.endsAt || (hybrid && !isStillGood(grant.state.code, state.now))) return 'restart';
      const body = await issueOn(state, { kind: 'existing', grant }, grant.data.scope);
      return body === 'outdated'
        ? 'moved'
        : answerIfStanding(state, key, { scope: grant.data.scope, parameters: texts({ ...body, ...beside }) });
    },
  });
}

type Body = Readonly<Record<string, unknown>>;

const texts = (body: Body): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));

async function issueOn(state: Accepted, basis: Basis, scope: readonly string[]): Promise<Body | 'outdated'> {
  // What goes through the browser has the front channel's settings, a code beside it or not.
  const granted = { ...toGranted(state, basis, scope), grantType: 'implicit' };
  const issued = await issue(state.context, granted, state.now);
  return issued === 'outdated' ? issued : issued.body;
}
