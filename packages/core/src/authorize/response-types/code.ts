import { type GrantData, type GrantState, grantLife, writeJson } from '../../grants/grant.ts';
import { resolveSelectors } from '../../selectors/selector-map.ts';
import type { NewRegister } from '../../store/records.ts';
import { type FamilyId, grantKey, keyOf } from '../../tokens/handle.ts';
import { selectorSources } from '../../tokens/metadata.ts';
import { decideOnce, type Outcome } from '../decide-once.ts';
import { type Accepted, grantFacts, makeFamily, toGranted } from '../new-grant.ts';
import { isWritten } from '../record-consent.ts';

/** RFC 6749 4.1.2: a code, as one state of a new grant. */
export async function answerWithCode(state: Accepted): Promise<Outcome> {
  const { code, family, key } = makeFamily(state);
  return decideOnce(state, key, {
    async first() {
      return (await isWritten(state.context, { add: [newGrant(state, code, family)] })) ? { code } : 'there';
    },
    // RFC 6749 4.1.2: a spent code is never sent out again, nor one whose time has come.
    again: ({ state: { code: made } }) =>
      made !== null && made.spentAt === null && state.now < made.expiresAt ? { code } : 'restart',
  });
}

function newGrant(state: Accepted, code: string, family: FamilyId): NewRegister {
  const { approval, audience, challenge, client, context, now, requestedScope, responseType, signedIn } = state;
  const { authorize, refresh } = context.settings;
  const sessionId = signedIn.session.key;
  const facts = grantFacts(state);
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
    // AX-43: kept with the code, and merged into its token (AX-44).
    metadata: resolveSelectors(authorize.code.metadata, selectorSources(granted, now)),
  };
  const grantState: GrantState = {
    v: 1,
    code: { hash: keyOf('code_hash', code), expiresAt: now + authorize.code.ttlSeconds * 1000, spentAt: null },
    refresh: null,
  };
  return {
    kind: 'grant',
    key: grantKey(family),
    clientId: client.id,
    subject: signedIn.session.subject,
    sessionId,
    createdAt: now,
    ...grantLife(grantState, data, null),
    data: writeJson(data),
    state: writeJson(grantState),
  };
}
