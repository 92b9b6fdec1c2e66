import { OAuthError } from '../../oauth/errors.ts';
import { resolveRedirectUri } from '../../oauth/redirect-uri.ts';
import { speaksOpenid } from '../../openid/id-token-signer.ts';
import type { Known, Step } from '../step.ts';

/** RFC 6749 3.1.2.4: without a registered URI there is nowhere to send anything to. */
export const verifyRedirectUri: Step<'client', 'redirectUri'> = (state) => {
  const requested = state.form.get('redirect_uri');
  if (requested === undefined && mustBeNamed(state))
    throw new OAuthError('invalid_request', 'An OpenID Connect request must name its redirect_uri.', {
      check: 'redirect-uri-present',
      expected: 'a redirect_uri',
    });
  return { redirectUri: resolveRedirectUri(state.client, requested) };
};

/** OpenID Connect Core 3.1.2.1; in OAuth, and in the reference system, the only one that is registered need not be named. */
function mustBeNamed({ context, form }: Known<'client'>): boolean {
  const openid = form.get('scope')?.split(' ').includes('openid') ?? false;
  return openid && speaksOpenid(context) && context.settings.compat !== 'axway';
}
