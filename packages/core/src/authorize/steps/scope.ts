import { chooseScope } from '../../grants/choose-scope.ts';
import { OAuthError } from '../../oauth/errors.ts';
import { OFFLINE_ACCESS, parseScope } from '../../oauth/scope.ts';
import { idTokenSigner, speaksOpenid } from '../../openid/id-token-signer.ts';
import type { Owner } from '../../owner/owner.ts';
import { tokenSettings } from '../../tokens/issue.ts';
import { isOpenid } from '../response-type.ts';
import type { Known, Step } from '../step.ts';

type Asking = Known<'client' | 'responseType'>;

/** RFC 6749 3.3. What the registration does not allow is refused before anybody is asked to sign in. */
export const readScope: Step<'client' | 'responseType', 'requestedScope' | 'scope'> = async (state) => {
  const requestedScope = parseScope(state.form.get('scope'), state.context.settings.limits);
  const scope = chosenByHook(state) ? requestedScope : await choose(state, requestedScope, null);
  requireUsable(state, scope);
  return { requestedScope, scope };
};

/** AX-49, AX-81: a deployment's own policy may look at the owner, so it is asked once there is one. */
export const applyScopePolicy: Step<
  'client' | 'responseType' | 'requestedScope' | 'scope' | 'signedIn',
  'scope'
> = async (state) => {
  if (!chosenByHook(state)) return { scope: state.scope };
  const scope = await choose(state, state.requestedScope, state.signedIn.owner);
  requireUsable(state, scope);
  return { scope };
};

/** Nobody signs in for an ID token that will not come. */
function requireUsable({ client, context, now, responseType }: Asking, scope: readonly string[]): void {
  // OpenID Connect Core 3.1.2.1: whoever asks for one in the response asks for `openid`, or would wait for nothing.
  if (isOpenid(responseType) && !scope.includes('openid'))
    throw new OAuthError('invalid_scope', 'The scope openid is required for this response type.', {
      check: 'openid-scope',
    });
  const brings = isOpenid(responseType) || responseType.gives.has('code');
  if (brings && scope.includes('openid') && speaksOpenid(context)) idTokenSigner(context, client, now);
}

function chosenByHook({ context, responseType }: Asking): boolean {
  return (
    tokenSettings(context, responseType.grantType).scopes.source === 'hook' && context.hooks.chooseScopes !== undefined
  );
}

async function choose(
  { client, context, request, responseType }: Asking,
  requestedScope: readonly string[],
  owner: Owner | null,
): Promise<readonly string[]> {
  const { grantType } = responseType;
  const scope = await chooseScope(context, { client, owner, grantType, requestedScope, request });
  if (responseType.gives.has('code')) return scope;
  // OpenID Connect Core 11: ignored where no code is given, for nothing could be refreshed.
  const usable = scope.filter((name) => name !== OFFLINE_ACCESS);
  if (usable.length > 0) return usable;
  throw new OAuthError('invalid_scope', 'The requested scope is of no use for this response type.', {
    check: 'scope-of-response-type',
  });
}
