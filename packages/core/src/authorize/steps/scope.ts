import { chooseScope } from '../../grants/choose-scope.ts';
import { parseScope } from '../../oauth/scope.ts';
import type { Owner } from '../../owner/owner.ts';
import { tokenSettings } from '../../tokens/issue.ts';
import type { Known, Step } from '../step.ts';

type Asking = Known<'client' | 'responseType'>;

/** RFC 6749 3.3. What the registration does not allow is refused before anybody is asked to sign in. */
export const readScope: Step<'client' | 'responseType', 'requestedScope' | 'scope'> = async (state) => {
  const requestedScope = parseScope(state.form.get('scope'), state.context.settings.limits);
  const scope = chosenByHook(state) ? requestedScope : await choose(state, requestedScope, null);
  return { requestedScope, scope };
};

/** AX-49, AX-81: a deployment's own policy may look at the owner, so it is asked once there is one. */
export const applyScopePolicy: Step<
  'client' | 'responseType' | 'requestedScope' | 'scope' | 'signedIn',
  'scope'
> = async (state) => ({
  scope: chosenByHook(state) ? await choose(state, state.requestedScope, state.signedIn.owner) : state.scope,
});

function chosenByHook({ context, responseType }: Asking): boolean {
  return (
    tokenSettings(context, responseType.grantType).scopes.source === 'hook' && context.hooks.chooseScopes !== undefined
  );
}

function choose(
  { client, context, request, responseType }: Asking,
  requestedScope: readonly string[],
  owner: Owner | null,
): Promise<readonly string[]> {
  return chooseScope(context, { client, owner, grantType: responseType.grantType, requestedScope, request });
}
