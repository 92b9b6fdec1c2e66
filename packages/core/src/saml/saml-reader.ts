import type { KeyObject } from 'node:crypto';
import type { AssertionWitness } from '../assertions/assertion-fault.ts';
import type { SamlAssertion } from './saml-assertion.ts';

/** Caps of one assertion (security.md 1.1); each is checked before anything is canonicalised. */
export interface SamlLimits {
  /** Characters of base64url. */
  readonly saml: number;
  /** Characters of its `ID`. */
  readonly assertionId: number;
  /** Elements inside each other. */
  readonly xmlDepth: number;
  /** Elements in all; as many attributes. */
  readonly xmlElements: number;
  /** Attributes of one element. */
  readonly xmlAttributes: number;
  /** Namespace declarations in all. */
  readonly xmlNamespaces: number;
  /** Names in one `InclusiveNamespaces`. */
  readonly xmlPrefixes: number;
}

/** What the reader may take. */
export interface SamlReading {
  readonly limits: SamlLimits;
  /** Private keys that encrypted assertions may be for; none: they are refused. */
  readonly decryptionKeys: readonly KeyObject[];
  /** Whether attribute values may say that they are of a simple type of XML Schema; anywhere else a type is refused. */
  readonly typedAttributes: boolean;
  readonly witness?: AssertionWitness | undefined;
}

/** Read and shaped as it must be; its signature is not yet verified, so nothing in it is true. */
export interface OpenedAssertion {
  readonly id: string;
  /** Whose keys to try, as the assertion claims. */
  readonly issuer: string;
  /** Short name of the signature's algorithm, such as `rsa-sha256`. */
  readonly algorithm: string;
  /** Canonical `SignedInfo`: what the signature is over. */
  readonly signedInfo: Buffer;
  readonly signature: Buffer;
  /** Canonical assertion without its signature: what the digest is over. */
  readonly content: Buffer;
  readonly reading: SamlReading;
}

/** The port behind which XML is read: two steps, so that keys can be fetched between them. */
export interface SamlReader {
  /** @throws AssertionFault */
  open(text: string, reading: SamlReading): OpenedAssertion;
  /** What the assertion says, out of exactly the bytes that one of the keys signed. @throws AssertionFault */
  verify(opened: OpenedAssertion, keys: readonly KeyObject[]): SamlAssertion;
}
