import { asInvalidGrant } from '../assertions/assertion-fault.ts';
import { redeemAssertion } from '../assertions/redeem-assertion.ts';
import { type VerifiedJwtGrant, verifyJwtGrant } from '../assertions/verify-jwt-grant.ts';
import { authenticateClient, bringsCredentials } from '../client/authenticate-client.ts';
import { OAuthError } from '../oauth/errors.ts';
import type { Form } from '../oauth/form.ts';
import { parseScope } from '../oauth/scope.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import { tokenSettings } from '../tokens/issue.ts';
import { defineGrant, type GrantHandler, type IdentifiedClient } from './grant-handler.ts';

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

interface JwtBearerParameters {
  readonly scope: readonly string[];
  readonly resources: readonly string[];
}

/**
 * RFC 7523 2.1: a JWT of a client, which proves that client and gives a token for it, or for an owner where it may name
 * one; or a JWT of a trusted issuer, which a client brings that proves itself in its own way.
 */
export const jwtBearer: GrantHandler = defineGrant<JwtBearerParameters, VerifiedJwtGrant>({
  grantType: JWT_BEARER,
  clientAuth: 'public-allowed',

  async identify(context, call) {
    const { form, now } = call;
    // R18: what is presented to prove the client is judged first, and by itself.
    const proven = bringsCredentials(call.request, form) ? await authenticated(context, call) : null;
    const verified = await verify(context, form, now);
    if (proven) return { client: proven, proof: verified };
    const { client } = verified;
    if (!client) return { client: await authenticated(context, call), proof: verified };
    // RFC 7523 3.1: a client_id beside it only identifies, and must name the same client.
    const named = form.get('client_id');
    if (named !== undefined && named !== client.id)
      throw new OAuthError('invalid_request', 'The client_id differs from the issuer of the assertion.', {
        check: 'client-id-same',
      });
    return { client, proof: verified };
  },

  parse: (form, context) => ({
    scope: parseScope(form.get('scope'), context.settings.limits),
    resources: form.all('resource'),
  }),

  async authorize(context, request, { resources, scope }) {
    const { assertion, skew } = request.proof;
    try {
      return await redeemAssertion(context, request, assertion, { grantType: JWT_BEARER, scope, resources, skew });
    } catch (thrown) {
      throw asInvalidGrant(thrown);
    }
  },
});

type Call = Parameters<NonNullable<GrantHandler['identify']>>[1];

async function authenticated(context: ServerContext, { form, request }: Call): Promise<IdentifiedClient['client']> {
  const { clientAuth } = tokenSettings(context, JWT_BEARER);
  return (await authenticateClient(context, request, form, clientAuth)).client;
}

async function verify(context: ServerContext, form: Form, now: Instant): Promise<VerifiedJwtGrant> {
  const text = form.get('assertion');
  if (text === undefined)
    throw new OAuthError('invalid_request', 'The parameter assertion is required.', { check: 'assertion-present' });
  try {
    return await verifyJwtGrant(context, text, now);
  } catch (thrown) {
    throw asInvalidGrant(thrown);
  }
}
