import type { EndpointResponse } from '../../endpoints/endpoint.ts';
import { OAuthError } from '../../oauth/errors.ts';
import { subjectOf } from '../../openid/subject.ts';
import { browserCookieFor } from '../../owner/browser-cookie.ts';
import { makeFormToken } from '../../owner/form-token.ts';
import type { Owner } from '../../owner/owner.ts';
import { standingOwner } from '../../owner/owner-standing.ts';
import { endSession, readSession, type SignedIn, startSession } from '../../owner/session.ts';
import { type Mark, markOf, withMark } from '../signed-in-after.ts';
import { startAgain } from '../start-again.ts';
import type { Known, Step, StepResult } from '../step.ts';

type Needs = 'client' | 'prompt' | 'maxAge' | 'hinted';
type State = Known<Needs>;

/** OpenID Connect Core 3.1.2.3: an owner who is signed in, and lately enough. */
export const requireLogin: Step<Needs, 'signedIn' | 'ownerCookie'> = async (state) => {
  const { context, decision, now, prompt, request } = state;
  const owner = await namedBeforehand(state);
  if (decision) return keepSession(state, decision.signedIn, owner);
  const current = await readSession(context, request.ownerCookie, now);
  if (owner) return signInBeforehand(state, owner, current);
  // AX-36: the hook names nobody now, so what it vouched for earlier has ended too.
  const signedIn = current?.by === 'hook' ? null : current;
  if (signedIn && isLateEnough(state, signedIn)) {
    if (isHinted(state, signedIn.session.subject)) return { signedIn, ownerCookie: null };
    // Who has just signed in as somebody else is not asked once more.
    if (markOf(context, state.self, now)) throw notHinted();
  }
  if (prompt.has('none')) throw refuse('login_required', 'The owner must sign in.');
  return { answer: loginPage(state, current) };
};

type Result = StepResult<'signedIn' | 'ownerCookie'>;

/** AX-35: somebody before us has authenticated the owner, at this very request. */
async function namedBeforehand({ context, request: { clientAddress, headers } }: State): Promise<Owner | null> {
  const subject = (await context.hooks.authenticatedSubject?.({ headers, clientAddress })) ?? null;
  return subject === null ? null : standingOwner(context, subject);
}

/** The page was shown to a session that was good enough, and comes back from the same one. */
function keepSession({ request, self }: State, signedIn: SignedIn, owner: Owner | null): Result {
  if (signedIn.by === 'hook' && owner?.subject !== signedIn.session.subject)
    return { answer: startAgain(request, self) };
  return { signedIn, ownerCookie: null };
}

async function signInBeforehand(state: State, owner: Owner, current: SignedIn | null): Promise<Result> {
  const { context, now, prompt } = state;
  // OpenID Connect Core 3.1.2.1: who cannot be made to sign in again must not be passed off as having done so.
  if (prompt.has('login')) throw refuse('login_required', 'The owner cannot be asked to sign in again here.');
  if (prompt.has('select_account'))
    throw refuse('account_selection_required', 'The owner cannot be asked to choose an account here.');
  if (!isHinted(state, owner.subject)) throw notHinted();
  if (current?.session.subject === owner.subject) {
    if (isLateEnough(state, current)) return { signedIn: current, ownerCookie: null };
    throw refuse('login_required', 'The owner cannot be asked to sign in again here.');
  }
  if (current) await endSession(context, current.session.key, now);
  const { cookie, ...signedIn } = await startSession(context, owner, now, 'hook');
  return { signedIn, ownerCookie: cookie };
}

/** A request that is marked has shown the login page, and waits for a sign-in after that. */
function isLateEnough(state: State, signedIn: SignedIn): boolean {
  const mark = markOf(state.context, state.self, state.now);
  return mark ? isAfter(mark, state, signedIn) : !wantsNewSignIn(state, signedIn.session.authenticatedAt);
}

function isAfter({ instant, session: before }: Mark, { context }: State, { session }: SignedIn): boolean {
  if (session.key === before) return false;
  // Two servers' clocks may differ; one that is behind must not ask for ever.
  return session.authenticatedAt + 2 * context.store.capabilities.clockTolerance >= instant;
}

/** OpenID Connect Core 3.1.2.1: whether it is the one whom the client means. */
function isHinted({ client, context, hinted, now }: State, subject: string): boolean {
  return hinted === null || subjectOf(context.settings, { now, client, subject }) === hinted;
}

function notHinted(): OAuthError {
  return new OAuthError('login_required', 'Another owner is signed in than the client means.', {
    check: 'owner-hinted',
  });
}

function wantsNewSignIn({ maxAge, now, prompt }: State, authenticatedAt: number): boolean {
  if (prompt.has('login') || prompt.has('select_account')) return true;
  return maxAge !== null && now - authenticatedAt > maxAge * 1000;
}

/** Bound to the session that the browser has, good enough or not: that is the one it posts with. */
function loginPage(state: State, current: SignedIn | null): EndpointResponse {
  const { client, context, form, hinted, maxAge, now, prompt, request, self } = state;
  const session = current?.session.key ?? null;
  const browser = browserCookieFor(context, request, session);
  const marked = prompt.has('login') || prompt.has('select_account') || maxAge !== null || hinted !== null;
  return {
    kind: 'interact',
    prompt: {
      type: 'login',
      continueTo: marked ? withMark(context, self, { instant: now, session }) : self,
      clientName: client.name,
      loginHint: form.get('login_hint') ?? null,
      formToken: makeFormToken(context, { purpose: 'login', browser, session }),
    },
    cookies: { browser },
  };
}

function refuse(code: 'login_required' | 'account_selection_required', description: string): OAuthError {
  return new OAuthError(code, description, { check: 'owner-signed-in' });
}
