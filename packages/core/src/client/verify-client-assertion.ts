import { AssertionFault } from '../assertions/assertion-fault.ts';
import { requireTimes, timeRules } from '../assertions/assertion-times.ts';
import { spendAssertion } from '../assertions/spend-assertion.ts';
import { endpointUrl } from '../endpoints/metadata.ts';
import { readJwtClaims } from '../jwt/jwt-claims.ts';
import { CLIENT_ASSERTION } from '../jwt/jwt-inputs.ts';
import { requireSignature, type SignatureKey } from '../jwt/verify-signature.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import type { Client } from './client.ts';
import type { ClientAssertion } from './methods/method.ts';
import { openClientSecret } from './sealed-secret.ts';

/**
 * RFC 7523 3 and 3.2, R21: signed by this client, about itself, for this issuer alone, soon over, and never used before.
 * @throws AssertionFault; OAuthError `temporarily_unavailable` where keys are to be fetched and cannot be
 */
export async function requireClientAssertion(
  context: ServerContext,
  client: Client,
  { header, jws, method }: ClientAssertion,
  now: Instant,
): Promise<{ /** Uses it up, once nothing else is wrong. */ readonly spend: () => Promise<void> }> {
  const { settings } = context;
  const keys =
    method === 'client_secret_jwt' ? hmacKeys(context, client, now) : await context.keySets.find(client, header.kid);
  await requireSignature(jws.text, header, keys, method === 'client_secret_jwt' ? [] : client.assertionAlgorithms);
  const claims = readJwtClaims(jws.payload, CLIENT_ASSERTION, settings.limits);
  // RFC 7523 3: for client authentication both are the client_id.
  if (claims.iss !== client.id || claims.sub !== client.id)
    throw new AssertionFault('client-assertion-parties', 'iss and sub that are the client_id');
  // RFC 10070: exactly one text, for a list, or the URL of an endpoint, is what another server can be made to accept too.
  const audience = client.assertionAudience === 'issuer' ? settings.issuer : endpointUrl(settings, 'token');
  if (!claims.audIsText || claims.aud[0] !== audience)
    throw new AssertionFault('assertion-audience', `${audience}, as one text`, claims.aud.join(', ').slice(0, 256));
  const rules = timeRules(settings, settings.assertion.clockSkewSeconds, client);
  requireTimes({ notOnOrAfter: claims.exp, notBefore: claims.nbf, issuedAt: claims.iat }, now, rules);
  const replay = { id: claims.jti ?? '' };
  return {
    spend: () => spendAssertion(context, { issuer: client.id, replay, expiresAt: claims.exp }, { skew: rules.skew }),
  };
}

/** Bytes that a key for each HMAC has at least (RFC 7518 3.2). */
const SHORTEST: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };

function hmacKeys({ secrets }: ServerContext, client: Client, now: Instant): readonly SignatureKey[] {
  return client.sealedSecrets
    .filter(({ expiresAt }) => expiresAt === undefined || now < expiresAt)
    .flatMap(({ sealed }) => openClientSecret(secrets, client.id, sealed) ?? [])
    .map((key) => ({
      kid: null,
      key,
      algorithms: Object.keys(SHORTEST).filter((alg) => key.length >= (SHORTEST[alg] ?? Number.POSITIVE_INFINITY)),
    }));
}
