import { parseScope } from '../oauth/scope.ts';
import { grantAudience } from '../tokens/audience.ts';
import { makeFamilyId } from '../tokens/handle.ts';
import { tokenSettings } from '../tokens/issue.ts';
import { keptParameters } from '../tokens/token-data.ts';
import { chooseScope } from './choose-scope.ts';
import { defineGrant, type GrantHandler } from './grant-handler.ts';

interface ClientCredentialsParameters {
  readonly scope: readonly string[];
  readonly resources: readonly string[];
}

/** RFC 6749 4.4: confidential clients only; a refresh token only where a deployment insists (4.4.3). */
export const clientCredentials: GrantHandler = defineGrant<ClientCredentialsParameters>({
  grantType: 'client_credentials',
  clientAuth: 'required',

  parse: (form, context) => ({
    scope: parseScope(form.get('scope'), context.settings.limits),
    resources: form.all('resource'),
  }),

  async authorize(context, { client, form, request }, parameters) {
    const asked = { client, owner: null, grantType: 'client_credentials', requestedScope: parameters.scope, request };
    const renewable = tokenSettings(context, 'client_credentials').refreshToken.mode !== 'none';
    return {
      kind: 'issue',
      granted: {
        grantType: 'client_credentials',
        client,
        owner: null,
        scope: await chooseScope(context, asked),
        requestedScope: parameters.scope,
        audience: grantAudience(parameters.resources, client.audience, context.settings.limits.resources),
        basis: renewable
          ? {
              kind: 'new',
              family: makeFamilyId(context.runtime.entropy),
              derived: false,
              sessionId: null,
              data: NO_FACTS,
            }
          : { kind: 'none' },
        request: keptParameters(form, context.settings.limits),
        http: request,
      },
    };
  },
});

const NO_FACTS = {
  redirectUri: null,
  nonce: null,
  state: null,
  authenticatedAt: null,
  consent: false,
  interactionEndsAt: null,
  metadata: {},
} as const;
