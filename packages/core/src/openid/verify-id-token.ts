import { AssertionFault } from '../assertions/assertion-fault.ts';
import type { JwkSet } from '../assertions/key-material.ts';
import { HMAC_ALGORITHMS, readCertificate, readJwk, type VerificationKey } from '../assertions/verification-key.ts';
import type { SignatureKey } from '../jwt/verify-signature.ts';
import { DEFAULT_LIMITS } from '../server/defaults.ts';
import type { Instant } from '../store/brands.ts';
import { readIdToken } from './read-id-token.ts';

/** What a client holds an ID token against. */
export interface IdTokenCheck {
  /** Of the issuer: its key set, its certificate in PEM or base64, or the secret that it shares with the client. */
  readonly key: { readonly jwks: JwkSet } | { readonly certificate: string } | { readonly secret: string };
  readonly issuer: string;
  readonly clientId: string;
  /** Of the authorization request, where it had one. */
  readonly nonce?: string;
  /** By which clocks may differ; default 60. */
  readonly clockSkewSeconds?: number;
  /** Default: now. */
  readonly at?: Instant;
}

/**
 * Judges an ID token as a client must (OpenID Connect Core 3.1.3.7), whoever issued it: what the reference system’s filter
 * of that name does.
 * @returns its claims
 * @throws AssertionFault naming the check that failed, without a word of the token; TypeError for a clock that is none
 */
export async function verifyIdToken(idToken: string, check: IdTokenCheck): Promise<Readonly<Record<string, unknown>>> {
  const { at = Date.now(), clientId, clockSkewSeconds = 60, issuer, nonce } = check;
  const { claims, payload } = await readIdToken(idToken, { keys: keysOf(check), issuer, clientId }, DEFAULT_LIMITS);
  // Of what is no number every comparison is false, and no token would ever be over.
  if (!Number.isFinite(at) || !Number.isFinite(clockSkewSeconds))
    throw new TypeError('at and clockSkewSeconds must be finite numbers.');
  const skew = clockSkewSeconds * 1000;
  const within = `a clock at most ${clockSkewSeconds} s off`;
  if (at >= claims.exp + skew) throw new AssertionFault('id-token-not-over', within);
  if ((claims.iat ?? 0) > at + skew) throw new AssertionFault('id-token-issued', within);
  if ((claims.nbf ?? 0) > at + skew) throw new AssertionFault('id-token-begun', within);
  if (nonce !== undefined && payload['nonce'] !== nonce)
    throw new AssertionFault('id-token-nonce', 'the nonce of the request');
  return payload;
}

function keysOf({ key }: IdTokenCheck): readonly SignatureKey[] {
  if ('secret' in key) return [{ kid: null, key: Buffer.from(key.secret), algorithms: HMAC_ALGORITHMS }];
  if ('jwks' in key)
    return key.jwks.keys.map(readJwk).filter((read): read is VerificationKey => typeof read !== 'string');
  const certificate = readCertificate(key.certificate);
  return typeof certificate === 'string' ? [] : [certificate.key];
}
