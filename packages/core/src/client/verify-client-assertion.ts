import { AssertionFault, type AssertionWitness } from '../assertions/assertion-fault.ts';
import { requireTimes, timeRules } from '../assertions/assertion-times.ts';
import { spendAssertion } from '../assertions/spend-assertion.ts';
import { endpointUrl } from '../endpoints/endpoint-url.ts';
import { readJwtClaims } from '../jwt/jwt-claims.ts';
import { CLIENT_ASSERTION } from '../jwt/jwt-inputs.ts';
import { requireSignature } from '../jwt/verify-signature.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import type { Client } from './client.ts';
import { hmacSecrets } from './hmac-secrets.ts';
import { methodFault } from './method-fault.ts';
import { readClientAssertion } from './methods/client-assertion.ts';
import type { ClientAssertion } from './methods/method.ts';

/**
 * RFC 7523 3 and 3.2, R21: signed by this client, about itself, for this issuer alone, soon over, and never used before.
 * @throws AssertionFault; OAuthError `temporarily_unavailable` where keys are to be fetched and cannot be
 */
export async function requireClientAssertion(
  context: ServerContext,
  client: Client,
  { header, jws, method }: ClientAssertion,
  now: Instant,
  passed: AssertionWitness = () => undefined,
): Promise<{ /** Uses it up, once nothing else is wrong. */ readonly spend: () => Promise<void> }> {
  const { settings } = context;
  const keys =
    method === 'client_secret_jwt' ? hmacSecrets(context, client, now) : await context.keySets.find(client, header.kid);
  await requireSignature(jws.text, header, keys, method === 'client_secret_jwt' ? [] : client.assertionAlgorithms);
  passed(
    'jwt-signature',
    method === 'client_secret_jwt' ? 'made with a secret of the client' : 'made by a registered key',
  );
  const claims = readJwtClaims(jws.payload, CLIENT_ASSERTION, settings.limits);
  passed('jwt-claims', 'each there, and of its type');
  // RFC 7523 3: for client authentication both are the client_id.
  if (claims.iss !== client.id || claims.sub !== client.id)
    throw new AssertionFault('client-assertion-parties', 'iss and sub that are the client_id');
  passed('client-assertion-parties', client.id);
  // RFC 10070: exactly one text, for a list, or the URL of an endpoint, is what another server can be made to accept too.
  const audience = client.assertionAudience === 'issuer' ? settings.issuer : endpointUrl(settings, 'token');
  if (!claims.audIsText || claims.aud[0] !== audience)
    throw new AssertionFault(
      'assertion-audience',
      `${audience}, as one text (assertionAudience: ${client.assertionAudience})`,
      `${claims.audIsText ? '' : 'a list: '}${claims.aud.join(', ')}`.slice(0, 256),
    );
  passed('assertion-audience', audience);
  const rules = timeRules(settings, settings.assertion.clockSkewSeconds, client);
  requireTimes({ notOnOrAfter: claims.exp, notBefore: claims.nbf, issuedAt: claims.iat }, now, rules);
  passed('assertion-times', `good for another ${Math.ceil((claims.exp - now) / 1000)} s`);
  const replay = { id: claims.jti ?? '' };
  return {
    spend: () => spendAssertion(context, { issuer: client.id, replay, expiresAt: claims.exp }, { skew: rules.skew }),
  };
}

/**
 * The same of a text, for whoever asks what would become of it: nothing is used up.
 * @throws AssertionFault; OAuthError `temporarily_unavailable`
 */
export async function judgeClientAssertion(
  context: ServerContext,
  text: string,
  now: Instant,
  passed: AssertionWitness,
): Promise<void> {
  const { assertion, id } = readClientAssertion(text, context.settings.limits);
  const { alg, kid } = assertion.header;
  passed('jwt-parts', 'header, payload and signature');
  passed('jwt-header', `alg ${alg}${kid === null ? '' : ', with a kid'}`);
  const client = Buffer.byteLength(id) > context.settings.limits.clientId ? undefined : await context.clients.find(id);
  if (!client) throw new AssertionFault('client-known', 'the id of a client as sub');
  passed('client-known', client.id);
  await requireClientAssertion(context, client, assertion, now, passed);
  const fault = methodFault(context.settings, client, assertion.method);
  if (fault) throw new AssertionFault(fault.check, fault.expected, fault.got);
  passed('client-auth-method', assertion.method);
}
