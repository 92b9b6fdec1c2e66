import { hash, type KeyObject, verify } from 'node:crypto';
import type { OpenedAssertion, SamlAssertion, SamlReading } from '@gatehouse/core';
import { fault } from './fault.ts';
import { withParsed } from './parse-xml.ts';
import { readValues } from './read-values.ts';
import { scanText } from './scan-text.ts';
import { readSignedInfo, type SignatureAlgorithm } from './signed-info.ts';
import { requireStructure } from './structure.ts';
import { attributeOf, dsig, type QName, saml, type XmlElement } from './xml-tree.ts';

/**
 * The signature by one of the registered keys, then the digest, then the values: each out of exactly the bytes that
 * were verified the step before (R29).
 * @throws AssertionFault
 */
export function verifyAssertion(opened: OpenedAssertion, keys: readonly KeyObject[]): SamlAssertion {
  const { content, id, reading, signedInfo } = opened;
  const info = parseCanonical(signedInfo, reading, dsig('SignedInfo'));
  const { algorithm, digest } = readSignedInfo(info, id, reading.limits);
  const fitting = keys.filter((key) => fits(key, algorithm));
  if (fitting.length === 0) throw fault('key-for-algorithm', `${algorithm.name}; registered: ${keyTypes(keys)}`);
  if (!fitting.some((key) => verifies(key, algorithm, opened)))
    throw fault('signature', `${algorithm.name}, keys tried: ${fitting.length}`);
  reading.witness?.('saml-signature', algorithm.name);
  if (!hash(digest.hash, content, 'buffer').equals(digest.value)) throw fault('digest');
  reading.witness?.('saml-digest', digest.hash);
  const root = parseCanonical(content, reading, saml('Assertion'));
  if (attributeOf(root, 'ID') !== id) throw fault('reference');
  return readValues(root, id);
}

/** The same pass over what we wrote ourselves: nothing is believed because of who wrote it. */
function parseCanonical(bytes: Buffer, { limits }: SamlReading, name: QName): XmlElement {
  scanText(bytes, { ...limits, xmlNamespaces: limits.xmlElements * 2 });
  return withParsed(bytes, ({ root }) => {
    if (root.name !== name) throw fault('root');
    requireStructure(root);
    return root;
  });
}

function fits(key: KeyObject, { keyType }: SignatureAlgorithm): boolean {
  return key.type === 'public' && key.asymmetricKeyType === keyType;
}

function verifies(key: KeyObject, { hash: name, keyType }: SignatureAlgorithm, opened: OpenedAssertion): boolean {
  try {
    // XML Signature 6.4.3: r and s side by side, not DER.
    const how = keyType === 'ec' ? ({ key, dsaEncoding: 'ieee-p1363' } as const) : key;
    return verify(name, opened.signedInfo, how, opened.signature);
  } catch {
    return false;
  }
}

function keyTypes(keys: readonly KeyObject[]): string {
  return keys.length === 0 ? 'no key' : [...new Set(keys.map((key) => key.asymmetricKeyType ?? key.type))].join(', ');
}
