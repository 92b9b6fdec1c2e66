import type { EndpointResponse } from '../../endpoints/endpoint.ts';
import { OAuthError } from '../../oauth/errors.ts';
import { browserCookieFor } from '../../owner/browser-cookie.ts';
import { makeFormToken } from '../../owner/form-token.ts';
import type { Owner } from '../../owner/owner.ts';
import { standingOwner } from '../../owner/owner-standing.ts';
import { endSession, readSession, type SignedIn, startSession } from '../../owner/session.ts';
import { markOf, withMark } from '../signed-in-after.ts';
import { startAgain } from '../start-again.ts';
import type { Known, Step, StepResult } from '../step.ts';

type State = Known<'client' | 'prompt' | 'maxAge'>;

/** OpenID Connect Core 3.1.2.3: an owner who is signed in, and lately enough. */
export const requireLogin: Step<'client' | 'prompt' | 'maxAge', 'signedIn' | 'ownerCookie'> = async (state) => {
  const { context, decision, now, prompt, request } = state;
  const owner = await namedBeforehand(state);
  if (decision) return keepSession(state, decision.signedIn, owner);
  const current = await readSession(context, request.ownerCookie, now);
  if (owner) return signInBeforehand(state, owner, current);
  // AX-36: the hook names nobody now, so what it vouched for earlier has ended too.
  const signedIn = current?.by === 'hook' ? null : current;
  if (signedIn && isLateEnough(state, signedIn)) return { signedIn, ownerCookie: null };
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
  if (current?.session.subject === owner.subject && isLateEnough(state, current))
    return { signedIn: current, ownerCookie: null };
  if (current) await endSession(context, current.session.key, now);
  const { cookie, ...signedIn } = await startSession(context, owner, now, 'hook');
  return { signedIn, ownerCookie: cookie };
}

function isLateEnough(state: State, { session }: SignedIn): boolean {
  if (!wantsNewSignIn(state, session.authenticatedAt)) return true;
  const after = markOf(state.context, state.self, state.now);
  // Two servers' clocks may differ; one that is behind must not ask for ever.
  return after !== null && session.authenticatedAt + 2 * state.context.store.capabilities.clockTolerance >= after;
}

function wantsNewSignIn({ maxAge, now, prompt }: State, authenticatedAt: number): boolean {
  if (prompt.has('login') || prompt.has('select_account')) return true;
  return maxAge !== null && now - authenticatedAt > maxAge * 1000;
}

/** Bound to the session that the browser has, good enough or not: that is the one it posts with. */
function loginPage(state: State, current: SignedIn | null): EndpointResponse {
  const { client, context, form, maxAge, now, prompt, request, self } = state;
  const session = current?.session.key ?? null;
  const browser = browserCookieFor(context, request, session);
  const marked = prompt.has('login') || prompt.has('select_account') || maxAge !== null;
  return {
    kind: 'interact',
    prompt: {
      type: 'login',
      continueTo: marked ? withMark(context, self, now) : self,
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
