import type { EndpointResponse } from '../../endpoints/endpoint.ts';
import { OAuthError } from '../../oauth/errors.ts';
import { isNativeRedirectUri } from '../../oauth/redirect-uri.ts';
import { speaksOpenid } from '../../openid/id-token-signer.ts';
import { browserCookieFor } from '../../owner/browser-cookie.ts';
import { makeFormToken } from '../../owner/form-token.ts';
import type { Register } from '../../store/records.ts';
import { tokenSettings } from '../../tokens/issue.ts';
import type { Approval } from '../approval.ts';
import { type Consented, consentKey, isConsented, readConsent } from '../consent.ts';
import type { Decision } from '../decision.ts';
import { newInteraction, sealInteraction } from '../interaction.ts';
import { withoutMark } from '../signed-in-after.ts';
import { startAgain } from '../start-again.ts';
import type { Known, Step } from '../step.ts';

type Needs = 'client' | 'redirectUri' | 'responseType' | 'prompt' | 'audience' | 'scope' | 'signedIn';
type State = Known<Needs>;

/** Asked for what is not yet on record, and skipped only for what is (R37, AX-231), or by a setting (AX-38). */
export const requireConsent: Step<Needs, 'approval'> = async (state) => {
  const { audience, client, context, decision, prompt, request, scope, self, signedIn } = state;
  if (!decision && isSkipped(state)) return { approval: { scope, ticked: [], onRecord: false, consent: undefined } };
  const consent = await context.store.find('consent', consentKey(client.id, signedIn.session.subject));
  const recorded = readConsent(consent);
  if (decision) {
    // Registered since the page was shown: nobody has allowed anything for it.
    if (!audience.every((resource) => decision.interaction.audience.includes(resource)))
      return { answer: startAgain(request, self) };
    return { approval: decide(state, decision, consent, recorded) };
  }
  const asked = asksAll(state) ? scope : scope.filter((name) => !isConsented(recorded, name, audience));
  if (asked.length === 0) return { approval: { scope, ticked: [], onRecord: true, consent } };
  if (prompt.has('none'))
    throw new OAuthError('consent_required', 'The owner must be asked for consent.', { check: 'consent-on-record' });
  return { answer: consentPage(state, asked) };
};

/** A page for this request in any case. */
function asksAll({ client, prompt, redirectUri }: State): boolean {
  // R37, RFC 8252 8.6: another program on the owner's machine can pass itself off as a native client.
  return prompt.has('consent') || (client.type === 'public' && isNativeRedirectUri(redirectUri));
}

function isSkipped(state: State): boolean {
  return (state.context.settings.authorize.skipConsent || state.client.skipConsent) && !asksAll(state);
}

function decide(
  { audience, client, context, request, scope, signedIn }: State,
  { allowed, interaction, ticked }: Decision,
  consent: Register | undefined,
  recorded: Consented | null,
): Approval {
  // parity.md 5: what was ticked, and of what was granted before, what is asked for and still on record.
  const carried = interaction.granted.filter((name) => isConsented(recorded, name, audience));
  const approved = allowed ? scope.filter((name) => ticked.includes(name) || carried.includes(name)) : [];
  // OpenID Connect Core 3.1.3.3: whoever asks for `openid` waits for an ID token, so that one is not left out alone.
  const withoutOpenid = scope.includes('openid') && !approved.includes('openid') && speaksOpenid(context);
  const suffices = approved.length > 0 && !withoutOpenid;
  if (suffices)
    return { scope: approved, ticked: approved.filter((name) => ticked.includes(name)), onRecord: true, consent };
  context.runtime.events.emit('consent.decided', {
    traceId: request.traceId,
    clientId: client.id,
    subject: signedIn.session.subject,
    allowed: false,
    scope: [],
  });
  throw new OAuthError('access_denied', 'The owner denied the request.', { check: 'owner-consents' });
}

function consentPage(state: State, asked: readonly string[]): EndpointResponse {
  const { audience, client, context, now, request, scope, self, signedIn } = state;
  const { session } = signedIn;
  const granted = scope.filter((name) => !asked.includes(name));
  const interaction = newInteraction(context, {
    query: withoutMark(request.url.search),
    session: session.key,
    asked,
    granted,
    audience,
    endsAt: now + context.settings.authorize.interactionSeconds * 1000,
  });
  const browser = browserCookieFor(context, request, session.key);
  const binding = { purpose: 'consent', browser, session: session.key, interaction: interaction.id } as const;
  return {
    kind: 'interact',
    prompt: {
      type: 'consent',
      action: self,
      interaction: sealInteraction(context, interaction),
      formToken: makeFormToken(context, binding),
      client: {
        id: client.id,
        name: client.name,
        description: client.description,
        hasLogo: client.logo !== null,
      },
      subject: session.subject,
      username: signedIn.owner.username,
      scopes: asked,
      alreadyGranted: granted,
      audience,
      accessTokenSeconds: accessTokenSeconds(state),
      refreshSeconds: refreshSeconds(state),
    },
    cookies: { browser },
  };
}

function accessTokenSeconds({ context, responseType: { gives, grantType } }: State): number | null {
  const access = gives.has('code') || gives.has('token');
  return access ? tokenSettings(context, grantType).accessToken.ttlSeconds : null;
}

function refreshSeconds({ client, context, responseType }: State): number | null {
  if (!responseType.gives.has('code')) return null;
  const usable = context.settings.enabledGrants.has('refresh_token') && client.grantTypes.includes('refresh_token');
  const { mode, ttlSeconds } = tokenSettings(context, responseType.grantType).refreshToken;
  return usable && mode !== 'none' ? ttlSeconds : null;
}
