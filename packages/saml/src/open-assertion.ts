import type { OpenedAssertion, SamlReading } from '@gatehouse/core';
import { decodeBase64, decodeBase64url } from './base64.ts';
import { decryptAssertion } from './decrypt-assertion.ts';
import { fault } from './fault.ts';
import { requireOneAssertion } from './identity.ts';
import { type ParsedXml, withParsed } from './parse-xml.ts';
import { scanText } from './scan-text.ts';
import { readSignedInfo } from './signed-info.ts';
import { requireStructure } from './structure.ts';
import { dsig, saml, theChild, type XmlElement } from './xml-tree.ts';

/** How much longer than what was sent its canonical form may be: namespaces are repeated there. */
const CANONICAL_GROWTH = 4;

/**
 * Everything that can be said without a key, in the order of the steps: nothing is canonicalised before the text, the
 * structure and the signature's shape are as they must be.
 * @throws AssertionFault
 */
export function openAssertion(text: string, reading: SamlReading): OpenedAssertion {
  const { limits } = reading;
  if (text.length > limits.saml) throw fault('size', String(text.length), `at most ${limits.saml} characters`);
  const bytes = decodeBase64url(text);
  if (!bytes) throw fault('base64url');
  reading.witness?.('saml-encoding', `${bytes.length} bytes`);
  return openBytes(bytes, reading, false);
}

function openBytes(bytes: Buffer, reading: SamlReading, encrypted: boolean): OpenedAssertion {
  scanText(bytes, reading.limits);
  reading.witness?.('saml-text', encrypted ? 'of what was encrypted' : `${bytes.length} bytes of UTF-8`);
  const opened = withParsed(bytes, (parsed) => {
    if (parsed.root.name !== saml('EncryptedAssertion')) return openParsed(parsed, reading);
    // R27: one layer; what comes out of it takes the same pass.
    if (encrypted) throw fault('encrypted-once');
    const plaintext = decryptAssertion(parsed.root, reading);
    reading.witness?.('saml-decryption', `${plaintext.length} bytes`);
    return plaintext;
  });
  return Buffer.isBuffer(opened) ? openBytes(opened, reading, true) : opened;
}

function openParsed(parsed: ParsedXml, reading: SamlReading): OpenedAssertion {
  const { root } = parsed;
  if (root.name !== saml('Assertion')) throw fault('root');
  const id = requireOneAssertion(root, reading);
  requireStructure(root);
  reading.witness?.('saml-structure', 'one assertion, everything in its place');
  const signature = theChild(root, dsig('Signature'));
  const signedInfo = theChild(signature, dsig('SignedInfo'));
  const { algorithm, digest, prefixes } = readSignedInfo(signedInfo, id, reading.limits);
  const value = decodeBase64(theChild(signature, dsig('SignatureValue')).text);
  if (!value) throw fault('signature-value');

  reading.witness?.('saml-signature-shape', algorithm.name);

  const most = reading.limits.saml * CANONICAL_GROWTH;
  const place = [position(root, signature)];
  const canonicalInfo = parsed.canonicalAt([...place, position(signature, signedInfo)], prefixes, most);
  parsed.remove(place);
  return {
    id,
    issuer: theChild(root, saml('Issuer')).text,
    algorithm: algorithm.name,
    signedInfo: canonicalInfo,
    signature: value,
    content: parsed.canonicalAt([], digest.prefixes, most),
    reading,
  };
}

function position(parent: XmlElement, child: XmlElement): number {
  return parent.children.indexOf(child);
}
