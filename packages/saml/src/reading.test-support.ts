import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { AssertionFault, type SamlAssertion, type SamlLimits, type SamlReading } from '@gatehouse/core';
import { type SamlParts, type SamlSigning, samlAssertion, samlEncoded, signSamlAssertion } from '@gatehouse/testkit';
import { samlReader } from './index.ts';

export const LIMITS: SamlLimits = {
  saml: 49_152,
  assertionId: 255,
  xmlDepth: 32,
  xmlElements: 1_000,
  xmlAttributes: 32,
  xmlNamespaces: 64,
  xmlPrefixes: 16,
};

const READING: SamlReading = { limits: LIMITS, decryptionKeys: [], typedAttributes: false };

export const RSA: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
});

/** An assertion with its signature, by {@link RSA} unless said otherwise. */
export function signed(parts: SamlParts = {}, signing: Partial<SamlSigning> = {}): string {
  return signSamlAssertion(samlAssertion(parts), { key: RSA.privateKey, ...signing });
}

export function read(
  xml: string,
  reading: Partial<SamlReading> = {},
  keys: readonly KeyObject[] = [RSA.publicKey],
): SamlAssertion {
  return readText(samlEncoded(xml), reading, keys);
}

export function readText(
  text: string,
  reading: Partial<SamlReading> = {},
  keys: readonly KeyObject[] = [RSA.publicKey],
): SamlAssertion {
  return samlReader.verify(samlReader.open(text, { ...READING, ...reading }), keys);
}

/** The check that refuses; anything but a refusal fails the test. */
export function refusal(reading: () => unknown): string {
  try {
    reading();
  } catch (error) {
    if (error instanceof AssertionFault) return error.check;
    throw error;
  }
  return 'accepted';
}

/** What a statement with these attributes looks like. */
export function attributeStatement(values: string): string {
  return `<AttributeStatement><Attribute Name="mail">${values}</Attribute></AttributeStatement>`;
}
