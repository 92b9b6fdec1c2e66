import { OAuthError } from '../oauth/errors.ts';
import { parseScope } from '../oauth/scope.ts';
import { authenticateOwner } from '../owner/sign-in.ts';
import { grantAudience } from '../tokens/audience.ts';
import { makeFamilyId } from '../tokens/handle.ts';
import { keptParameters } from '../tokens/token-data.ts';
import { chooseScope } from './choose-scope.ts';
import { defineGrant, type GrantHandler } from './grant-handler.ts';

interface PasswordParameters {
  readonly username: string;
  readonly password: string;
  readonly scope: readonly string[];
  readonly resources: readonly string[];
}

/** RFC 6749 4.3: complete, and off for a client unless its registration names it (RFC 9700 2.4). */
export const password: GrantHandler = defineGrant<PasswordParameters>({
  grantType: 'password',
  clientAuth: 'public-allowed',

  parse(form, context) {
    const username = form.get('username');
    const secret = form.get('password');
    if (username === undefined || secret === undefined)
      throw new OAuthError('invalid_request', 'The parameters username and password are required.', {
        check: username === undefined ? 'username-present' : 'password-present',
      });
    const scope = parseScope(form.get('scope'), context.settings.limits);
    return { username, password: secret, scope, resources: form.all('resource') };
  },

  async authorize(context, { client, form, now, request }, parameters) {
    const { clientAddress, traceId } = request;
    const owner = await authenticateOwner(context, {
      username: parameters.username,
      password: parameters.password,
      clientAddress,
      clientId: client.id,
      traceId,
      now,
    });
    const asked = { client, owner, grantType: 'password', requestedScope: parameters.scope, request };
    return {
      kind: 'issue',
      granted: {
        grantType: 'password',
        client,
        owner,
        scope: await chooseScope(context, asked),
        requestedScope: parameters.scope,
        audience: grantAudience(parameters.resources, client.audience, context.settings.limits.resources),
        basis: {
          kind: 'new',
          family: makeFamilyId(context.runtime.entropy),
          derived: false,
          sessionId: null,
          data: {
            redirectUri: null,
            nonce: null,
            state: null,
            authenticatedAt: now,
            consent: false,
            interactionEndsAt: null,
            metadata: {},
          },
        },
        request: keptParameters(form, context.settings.limits),
        http: request,
      },
    };
  },
});
