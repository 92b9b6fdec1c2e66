import { type GrantData, type GrantState, grantLife, writeJson } from '../../grants/grant.ts';
import type { NewRegister } from '../../store/records.ts';
import { type FamilyId, grantKey } from '../../tokens/handle.ts';
import { answerIfStanding } from '../answer-if-standing.ts';
import { type Answered, decideOnce, type Outcome } from '../decide-once.ts';
import { type Accepted, codeMetadata, grantFacts, isStillGood, makeFamily, newCode, toGranted } from '../new-grant.ts';
import { isWritten } from '../record-consent.ts';
import { isOpenid } from '../response-type.ts';

/** RFC 6749 4.1.2: a code, as one state of a new grant; for an ID token alone, the grant without one. */
export async function answerWithoutToken(state: Accepted): Promise<Outcome> {
  const { code, family, key } = makeFamily(state);
  const given: { code?: string } = state.responseType.gives.has('code') ? { code } : {};
  // A code alone is looked at when it is redeemed.
  const look = (answer: Answered): Promise<Outcome> | Outcome =>
    isOpenid(state.responseType) ? answerIfStanding(state, key, answer) : answer;
  return decideOnce(state, key, {
    async first() {
      const written = await isWritten(state.context, { add: [newGrant(state, given.code, family)] });
      return written ? look({ parameters: given, scope: state.approval.scope }) : 'there';
    },
    again: ({ data: { scope }, state: { code: made } }) =>
      given.code === undefined || isStillGood(made, state.now) ? look({ parameters: given, scope }) : 'restart',
  });
}

function newGrant(state: Accepted, code: string | undefined, family: FamilyId): NewRegister {
  const { approval, audience, challenge, client, context, now, requestedScope, responseType, signedIn } = state;
  const { idToken, refresh } = context.settings;
  const sessionId = signedIn.session.key;
  const facts = { ...grantFacts(state), metadata: codeMetadata(state) };
  const basis = { kind: 'new', family, derived: state.decision !== null, sessionId, data: facts } as const;
  const granted = toGranted(state, basis, approval.scope);
  const data: GrantData = {
    v: 1,
    origin: responseType.grantType,
    challenge,
    scope: approval.scope,
    requestedScope,
    audience,
    endsAt: now + refresh.familySeconds * 1000,
    request: granted.request,
    ...facts,
  };
  const grantState: GrantState = {
    v: 1,
    code: code === undefined ? null : newCode(state, code).state,
    refresh: null,
  };
  return {
    kind: 'grant',
    key: grantKey(family),
    clientId: client.id,
    subject: signedIn.session.subject,
    sessionId,
    createdAt: now,
    ...grantLife(grantState, data, code === undefined ? now + idToken.ttlSeconds * 1000 : null),
    data: writeJson(data),
    state: writeJson(grantState),
  };
}
