import type { EndpointRequest } from '../endpoints/endpoint.ts';
import { OAuthError } from '../oauth/errors.ts';
import type { Form } from '../oauth/form.ts';
import { isBrowserOf } from '../owner/browser-cookie.ts';
import { isFormToken } from '../owner/form-token.ts';
import { readSession, type SignedIn } from '../owner/session.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import { type OpenedInteraction, openInteraction } from './interaction.ts';

/** What the owner said on the consent page, from the browser and session it was shown to. */
export interface Decision extends OpenedInteraction {
  readonly signedIn: SignedIn;
  readonly allowed: boolean;
  /** Of the scopes that the page asked for, those that were ticked. */
  readonly ticked: readonly string[];
}

/**
 * Reads the consent page's form. One store read.
 * @returns a query to start again with, where the page is not good any more: it ended, was sealed under a secret no
 * longer listed, or is another browser's or session's (SEC-41)
 * @throws OAuthError for what no page of ours posts
 */
export async function readDecision(
  context: ServerContext,
  request: EndpointRequest,
  form: Form,
  now: Instant,
): Promise<Decision | { readonly restart: string }> {
  const opened = openInteraction(context, form.get('interaction') ?? '');
  if (!opened) return { restart: request.url.search };
  const { id, asked, endsAt, query, session } = opened.interaction;
  if (now >= endsAt) return { restart: query };
  const signedIn = await readSession(context, request.ownerCookie, now);
  if (signedIn?.session.key !== session || !isBrowserOf(context, request.browserCookie, session))
    return { restart: query };
  const binding = { purpose: 'consent', browser: request.browserCookie, session, interaction: id } as const;
  if (!isFormToken(context, form.get('form_token'), binding))
    throw new OAuthError('access_denied', 'The form was not sent from a page of this server.', { check: 'form-token' });
  const ticked = form.all('scope');
  // R8: what was accepted is only ever narrowed.
  if (!ticked.every((scope) => asked.includes(scope)))
    throw new OAuthError('invalid_request', 'The form has a scope that was not asked for.', { check: 'scope-asked' });
  return { ...opened, signedIn, allowed: readAllowed(form), ticked };
}

function readAllowed(form: Form): boolean {
  const decision = form.get('decision');
  if (decision === 'allow' || decision === 'deny') return decision === 'allow';
  throw new OAuthError('invalid_request', 'The form says neither yes nor no.', {
    check: 'decision-known',
    expected: 'allow or deny',
  });
}
