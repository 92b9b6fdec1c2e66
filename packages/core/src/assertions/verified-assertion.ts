import type { Instant } from '../store/brands.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** Whom an assertion is about, as its issuer names it: two issuers with one value are two subjects. */
export interface AssertedSubject {
  readonly value: string;
  /** Of a SAML NameID; null for a JWT and where it is left out. */
  readonly format: string | null;
  readonly nameQualifier: string | null;
  readonly spNameQualifier: string | null;
}

/** An assertion whose signature, audience and times are right; nothing in it was read before that. */
export interface VerifiedAssertion {
  readonly kind: 'jwt' | 'saml';
  readonly issuer: string;
  /** Null: it names nobody. */
  readonly subject: AssertedSubject | null;
  /** The `jti` or `ID`, or for a JWT without one what was signed, never the signature (SEC-127). */
  readonly replay: { readonly id: string } | { readonly content: string };
  /** The last instant at which it could be taken, skew not counted. */
  readonly expiresAt: Instant;
  /** Whose it is, if not a client's own. */
  readonly trusted: TrustedIssuer | null;
  /** The JWT's claims, or the SAML attributes by name: for hooks. */
  readonly attributes: Readonly<Record<string, unknown>>;
}
