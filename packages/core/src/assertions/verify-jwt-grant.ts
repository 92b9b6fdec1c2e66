import type { Client } from '../client/client.ts';
import { endpointUrl } from '../endpoints/endpoint-url.ts';
import { looksEncrypted, member, parseCompactJws } from '../jwt/compact.ts';
import { decryptJwt } from '../jwt/decrypt-jwt.ts';
import { readJwsHeader } from '../jwt/jose-header.ts';
import { readJwtClaims } from '../jwt/jwt-claims.ts';
import { GRANT_ASSERTION } from '../jwt/jwt-inputs.ts';
import { requireSignature } from '../jwt/verify-signature.ts';
import type { Settings } from '../server/config.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import { AssertionFault, type AssertionWitness } from './assertion-fault.ts';
import { requireTimes, timeRules } from './assertion-times.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';
import type { VerifiedAssertion } from './verified-assertion.ts';

/** What the reference system's documentation names, which is good at every installation (AX-98): for `compat: axway` alone. */
const AXWAY_AUDIENCE = 'http://apigateway/api/oauth/token';

export interface VerifiedJwtGrant {
  readonly assertion: VerifiedAssertion;
  /** Whose own it is; null for a trusted issuer's. */
  readonly client: Client | null;
  /** Milliseconds that its times were judged with. */
  readonly skew: number;
}

/**
 * RFC 7523 3, in the order in which it costs: form, header, whose it is, signature, claims, audience, times. What is read
 * before the signature only chooses the keys.
 * @throws AssertionFault; OAuthError `temporarily_unavailable` where keys are to be fetched and cannot be
 */
export async function verifyJwtGrant(
  context: Pick<ServerContext, 'settings' | 'clients' | 'keySets' | 'decryptionKeys'>,
  text: string,
  now: Instant,
  passed: AssertionWitness = () => undefined,
): Promise<VerifiedJwtGrant> {
  const { decryptionKeys, keySets, settings } = context;
  let signed = text;
  if (looksEncrypted(text)) {
    signed = await decryptJwt(text, decryptionKeys, settings.limits);
    passed('jwt-decryption', 'a key of this server');
  }
  const { header, payload, signingInput } = parseCompactJws(signed, settings.limits);
  passed('jwt-parts', 'header, payload and signature');
  const jws = readJwsHeader(header, GRANT_ASSERTION.types, settings.limits.assertionId);
  passed('jwt-header', `alg ${jws.alg}${jws.kid === null ? '' : ', with a kid'}`);

  const { client, issuer, material, trusted } = await issuerOf(context, member(payload, 'iss'));
  passed('assertion-issuer-known', trusted ? `the trusted issuer ${issuer}` : `the client ${issuer}`);
  await requireSignature(signed, jws, await keySets.find(material, jws.kid), material.assertionAlgorithms);
  passed('jwt-signature', 'made by a registered key');

  const claims = readJwtClaims(payload, GRANT_ASSERTION, settings.limits);
  passed('jwt-claims', 'each there, and of its type');
  const audiences = grantAudiences(settings, trusted);
  if (!claims.aud.some((one) => audiences.includes(one)))
    throw new AssertionFault(
      'assertion-audience',
      `one of ${audiences.join(', ')}`,
      claims.aud.join(', ').slice(0, 256),
    );
  passed('assertion-audience', claims.aud.join(', '));
  const rules = timeRules(settings, settings.assertion.clockSkewSeconds, material);
  requireTimes({ notOnOrAfter: claims.exp, notBefore: claims.nbf, issuedAt: claims.iat }, now, rules);
  passed('assertion-times', `good for another ${Math.ceil((claims.exp - now) / 1000)} s`);
  return {
    assertion: {
      kind: 'jwt',
      issuer,
      subject:
        claims.sub === null ? null : { value: claims.sub, format: null, nameQualifier: null, spNameQualifier: null },
      replay: claims.jti === null ? { content: signingInput } : { id: claims.jti },
      expiresAt: claims.exp,
      trusted,
      attributes: payload,
    },
    client,
    skew: rules.skew,
  };
}

interface Issuer {
  readonly issuer: string;
  readonly client: Client | null;
  readonly trusted: TrustedIssuer | null;
  readonly material: TrustedIssuer | Client;
}

async function issuerOf(
  { clients, settings }: Pick<ServerContext, 'clients' | 'settings'>,
  iss: unknown,
): Promise<Issuer> {
  if (typeof iss !== 'string' || iss === '') throw new AssertionFault('jwt-claim-type', 'iss as a text');
  const trusted = settings.trustedIssuers.get(iss);
  if (trusted) return { issuer: iss, client: null, trusted, material: trusted };
  const client = Buffer.byteLength(iss) > settings.limits.clientId ? undefined : await clients.find(iss);
  if (client?.enabled) return { issuer: iss, client, trusted: null, material: client };
  throw new AssertionFault(
    'assertion-issuer-known',
    'an enabled client, or a trusted issuer',
    client ? 'a disabled client' : 'neither',
  );
}

/** Whom a grant assertion may be for (RFC 7523 3): this server, by whichever of its names its issuers were told. */
export function grantAudiences(settings: Settings, trusted: Pick<TrustedIssuer, 'audience'> | null): readonly string[] {
  return [
    settings.issuer,
    endpointUrl(settings, 'token'),
    ...settings.assertion.audience,
    ...(trusted?.audience ?? []),
    ...(settings.compat === 'axway' ? [AXWAY_AUDIENCE] : []),
  ];
}
