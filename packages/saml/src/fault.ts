import { AssertionFault } from '@gatehouse/core';

/** Every way in which reading can end, with what would have been right, for the log and `gatehouse check assertion`. */
const EXPECTED = {
  size: 'an assertion within the limit of size',
  base64url: 'base64url with all of its padding or none',

  'utf-8': 'UTF-8',
  characters: 'characters that XML has',
  entities: 'no reference but to a character and to amp, lt, gt, quot, apos',
  comments: 'no comment',
  cdata: 'no CDATA section',
  'document-type': 'no document type',
  'processing-instructions': 'no processing instruction',
  declaration: 'at most one XML declaration, at the start: version 1.0, encoding UTF-8',
  'around-root': 'nothing but white space around the root',
  'one-root': 'one root element',
  'well-formed': 'well-formed XML',
  limit: 'XML within the limits',

  parsed: 'well-formed XML with namespaces',
  'parsed-without-warning': 'XML that every parser reads alike, with absolute namespaces',

  'encryption-configured': 'an assertion in the clear, for this server has no key to decrypt with',
  'encrypted-once': 'one layer of encryption',
  'encrypted-type': 'an encrypted element',
  'content-cipher': 'AES-GCM (XML Encryption 1.1)',
  'encrypted-key': 'one encrypted key',
  'values-in-place': 'key and content in place, not referred to',
  'key-encryption': 'RSA-OAEP, with one hash for its digest and its mask',
  'cipher-value': 'base64',
  decrypts: 'a content that one of the server’s keys opens',

  root: 'one Assertion of SAML 2.0, alone',
  version: 'Version 2.0',
  id: 'an ID of letters, digits, _ . and -',
  'id-spelling': 'ids named ID or Id',
  'ids-once': 'each id once',
  'one-assertion': 'no second assertion inside',
  'xsi-type': 'no xsi:type',
  elements: 'elements in their places',
  attributes: 'attributes in their places',
  'text-between': 'no text between elements',
  'key-info': 'KeyInfo without parts of assertions and signatures',
  'issuer-name': 'an Issuer without qualifiers, an entity',
  name: 'a name',
  times: 'dates and times in UTC',

  'one-signature': 'one signature',
  'signature-of-assertion': 'a signature that is the assertion’s child',
  'canonicalization-method': 'exclusive canonicalization without comments',
  'signature-method': 'RSA or ECDSA with SHA-256, SHA-384 or SHA-512',
  reference: 'a reference to the assertion’s own ID',
  transforms: 'the transforms enveloped-signature and exclusive canonicalization',
  'digest-method': 'SHA-256, SHA-384 or SHA-512',
  'digest-value': 'a digest in base64',
  'signature-value': 'a signature in base64',
  'inclusive-prefixes': 'prefixes within the limit',

  canonical: 'an assertion that has a canonical form',
  'key-for-algorithm': 'a registered key that fits the algorithm',
  signature: 'a signature by a key that is registered for the issuer',
  digest: 'the content that was signed',
} as const;

export type SamlCheck = keyof typeof EXPECTED;

/** @param got a number, a word of ours, or a text that was verified: of what is not, only its length (known-names.ts) */
export function fault(check: SamlCheck, got?: string, expected: string = EXPECTED[check]): AssertionFault {
  return new AssertionFault(`saml-${check}`, expected, got);
}
