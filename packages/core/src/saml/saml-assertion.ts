import type { Instant } from '../store/brands.ts';

/** SAML core 2.2.3: who the assertion is about. Two with the same value and another format or qualifier are two. */
export interface SamlNameId {
  readonly value: string;
  readonly format: string | null;
  readonly nameQualifier: string | null;
  readonly spNameQualifier: string | null;
}

/** SAML core 2.4.1.1: how a bearer may be known. */
export interface SamlConfirmation {
  readonly method: string;
  readonly recipient: string | null;
  readonly notBefore: Instant | null;
  readonly notOnOrAfter: Instant | null;
  readonly inResponseTo: string | null;
}

/** SAML core 2.5.1. */
export interface SamlConditions {
  readonly notBefore: Instant | null;
  readonly notOnOrAfter: Instant | null;
  /** The audiences of each restriction; every restriction must name us. */
  readonly audienceRestrictions: readonly (readonly string[])[];
}

/** SAML core 2.7.3.1. */
export interface SamlAttribute {
  readonly name: string;
  readonly nameFormat: string | null;
  readonly values: readonly string[];
}

/** What a verified assertion says, and nothing that was not signed. */
export interface SamlAssertion {
  readonly id: string;
  readonly issueInstant: Instant;
  readonly issuer: string;
  readonly subject: SamlNameId;
  readonly confirmations: readonly SamlConfirmation[];
  /** Null: it states none, which RFC 7522 3 does not allow. */
  readonly conditions: SamlConditions | null;
  /** `SessionNotOnOrAfter` of its authentication statements: the end of what the issuer vouches for. */
  readonly sessionEnds: readonly Instant[];
  readonly attributes: readonly SamlAttribute[];
}
