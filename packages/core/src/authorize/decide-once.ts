import { type Grant, readGrant } from '../grants/grant.ts';
import type { GrantId } from '../store/brands.ts';
import type { Register } from '../store/records.ts';
import { StoreError } from '../store/store-error.ts';
import { consentedScope, consentKey } from './consent.ts';
import type { Accepted } from './new-grant.ts';
import { recordConsent } from './record-consent.ts';

/** What the answer says and was granted; `restart`: this page's decision is used up or fell, so the request begins again. */
export type Outcome = Answered | 'restart';

export interface Answered {
  readonly parameters: Readonly<Record<string, string>>;
  /** Of the grant: where a page was decided before, what was ticked then. */
  readonly scope: readonly string[];
}

export interface Answers {
  /** Writes the grant and answers; `there`: it is there already. */
  readonly first: () => Promise<Outcome | 'there'>;
  /** The same page again, after it was decided; `moved`: the grant changed meanwhile. */
  readonly again: (grant: Grant) => Promise<Outcome | 'moved'> | Outcome;
}

const ROUNDS = 3;

/**
 * A page is decided once, however often it is posted: its grant is found by the page. The consent is written before
 * the grant, and not at all where the grant is there.
 */
export async function decideOnce(state: Accepted, key: GrantId, { again, first }: Answers): Promise<Outcome> {
  for (let round = 0; round < ROUNDS; round++) {
    const there = state.decision ? await findGrant(state, key) : null;
    if (there && !(await stands(state, there))) return 'restart';
    if (!there && state.decision && (await record(state)) === 'gone') return 'restart';
    const outcome = there ? await again(there) : await first();
    // A double click: the other post was faster, and this one finds what it wrote.
    if (outcome === 'there' || outcome === 'moved') continue;
    if (!there && state.decision) reportDecision(state);
    return outcome;
  }
  throw new StoreError('unavailable', 'The grant kept moving on while its page was answered.');
}

async function findGrant({ context }: Accepted, key: GrantId): Promise<Grant | null> {
  const register = await context.store.find('grant', key);
  return register?.key === key ? readGrant(register) : null;
}

/** Neither revoked, nor has its consent been taken back since. */
async function stands({ approval, client, context, signedIn }: Accepted, { data, register }: Grant): Promise<boolean> {
  if (register.revoked !== null) return false;
  const covers = (consent: Register | undefined): boolean => {
    const recorded = consentedScope(consent) ?? [];
    return data.scope.every((scope) => recorded.includes(scope));
  };
  if (!data.consent || covers(approval.consent)) return true;
  // The consent was read before the grant: the post that wrote both may have come in between.
  return covers(await context.store.find('consent', consentKey(client.id, signedIn.session.subject)));
}

function record({ approval, audience, client, context, now, signedIn }: Accepted): Promise<'recorded' | 'gone'> {
  const { consent: register, scope, ticked } = approval;
  const carried = scope.filter((name) => !ticked.includes(name));
  const { subject } = signedIn.session;
  return recordConsent(context, { clientId: client.id, subject, ticked, carried, audience, now, register });
}

function reportDecision({ approval, client, context, request, signedIn }: Accepted): void {
  context.runtime.events.emit('consent.decided', {
    traceId: request.traceId,
    clientId: client.id,
    subject: signedIn.session.subject,
    allowed: true,
    scope: approval.scope,
  });
}
