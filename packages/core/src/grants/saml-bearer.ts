import { asInvalidGrant } from '../assertions/assertion-fault.ts';
import { redeemAssertion } from '../assertions/redeem-assertion.ts';
import { OAuthError } from '../oauth/errors.ts';
import { parseScope } from '../oauth/scope.ts';
import type { SamlReader } from '../saml/saml-reader.ts';
import { verifySamlGrant } from '../saml/verify-saml-grant.ts';
import { defineGrant, type GrantHandler } from './grant-handler.ts';

export const SAML_BEARER = 'urn:ietf:params:oauth:grant-type:saml2-bearer';

interface SamlBearerParameters {
  readonly assertion: string;
  readonly scope: readonly string[];
  readonly resources: readonly string[];
}

/**
 * RFC 7522 2.1: a SAML assertion of the client or of a trusted issuer for an access token. It proves no client: the
 * client authenticates as it is registered.
 * @param reader gives what reads XML, which is loaded only when it is needed
 */
export function samlBearer(reader: () => Promise<SamlReader>): GrantHandler {
  return defineGrant<SamlBearerParameters>({
    grantType: SAML_BEARER,
    // Public clients are for who speaks to judge: those that an issuer's entry lists may bring its assertions.
    clientAuth: 'public-allowed',

    parse(form, context) {
      const assertion = form.get('assertion');
      if (assertion === undefined)
        throw new OAuthError('invalid_request', 'The parameter assertion is required.', { check: 'assertion-present' });
      const scope = parseScope(form.get('scope'), context.settings.limits);
      return { assertion, scope, resources: form.all('resource') };
    },

    async authorize(context, request, { assertion, resources, scope }) {
      const { client, now } = request;
      try {
        const own = (id: string): typeof client | undefined => (id === client.id ? client : undefined);
        const verified = await verifySamlGrant(context, await reader(), assertion, now, own);
        const asked = { grantType: SAML_BEARER, scope, resources, skew: verified.skew };
        return await redeemAssertion(context, request, verified.assertion, asked);
      } catch (thrown) {
        throw asInvalidGrant(thrown);
      }
    },
  });
}
