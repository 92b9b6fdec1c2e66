import { AssertionFault } from '../assertions/assertion-fault.ts';
import { parseCompactJws } from '../jwt/compact.ts';
import { readJwsHeader } from '../jwt/jose-header.ts';
import { type JwtClaims, readJwtClaims } from '../jwt/jwt-claims.ts';
import { ID_TOKEN } from '../jwt/jwt-inputs.ts';
import { requireSignature, type SignatureKey } from '../jwt/verify-signature.ts';
import type { Limits } from '../server/config.ts';

/** Who must have made an ID token, and for whom. */
export interface IdTokenParties {
  readonly keys: readonly SignatureKey[];
  readonly issuer: string;
  readonly clientId: string;
}

/** An ID token whose maker and client are the right ones; its times are not judged yet. */
export interface ReadIdToken {
  readonly claims: JwtClaims;
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * OpenID Connect Core 3.1.3.7, all but the times: signed by one of the keys, by this issuer, for this client and nobody else.
 * @throws AssertionFault
 */
export async function readIdToken(
  text: string,
  { clientId, issuer, keys }: IdTokenParties,
  limits: Pick<Limits, 'jwt' | 'joseHeader' | 'assertionId'>,
): Promise<ReadIdToken> {
  const jws = parseCompactJws(text, limits);
  const header = readJwsHeader(jws.header, ID_TOKEN.types, limits.assertionId);
  await requireSignature(text, header, keys, []);
  const claims = readJwtClaims(jws.payload, ID_TOKEN, limits);
  // SEC-128: a logout token, which may say nothing of its type (OpenID Connect Back-Channel Logout 2.4).
  if (Object.hasOwn(jws.payload, 'events')) throw new AssertionFault('id-token-no-events', 'no events');
  if (claims.iss !== issuer) throw new AssertionFault('id-token-issuer', issuer, claims.iss);
  if (claims.aud.length !== 1 || claims.aud[0] !== clientId)
    throw new AssertionFault('id-token-audience', clientId, claims.aud.join(', ').slice(0, 256));
  const azp = Object.hasOwn(jws.payload, 'azp') ? jws.payload['azp'] : clientId;
  if (azp !== clientId) throw new AssertionFault('id-token-authorized-party', clientId);
  return { claims, payload: jws.payload };
}
