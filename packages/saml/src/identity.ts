import type { SamlReading } from '@gatehouse/core';
import { fault } from './fault.ts';
import { shownName } from './known-names.ts';
import { attributeOf, dsig, everyElement, type QName, SAML, saml, type XmlElement, XSI_TYPE } from './xml-tree.ts';

/** An `xs:ID`, in the characters that makers use. */
const ID = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const IDS: ReadonlySet<QName> = new Set(['ID', 'Id']);
const SIMPLE_TYPE =
  /^[A-Za-z_][\w.-]*:(?:string|boolean|integer|int|long|decimal|double|dateTime|date|anyURI|anyType|base64Binary)$/;

/**
 * What holds for the document as a whole: one assertion, one signature, each id once.
 * @returns the assertion's id
 * @throws AssertionFault
 */
export function requireOneAssertion(root: XmlElement, { limits, typedAttributes }: SamlReading): string {
  const version = attributeOf(root, 'Version');
  if (version !== '2.0') throw fault('version', version === null ? 'none' : `${version.length} characters`);
  const id = attributeOf(root, 'ID');
  if (id === null || !ID.test(id)) throw fault('id');
  if (id.length > limits.assertionId)
    throw fault('id', String(id.length), `an ID of at most ${limits.assertionId} characters`);
  const ids = new Set<string>();
  for (const element of everyElement(root)) {
    // SEC-103: also where the structure does not look, such as inside KeyInfo.
    if (element !== root && isAssertion(element)) throw fault('one-assertion');
    for (const { name, value } of element.attributes) {
      if (isId(name)) requireFreshId(name, value, ids);
      if (name === XSI_TYPE) requireSimpleType(element, value, typedAttributes);
    }
  }
  requireOneSignature(root);
  return id;
}

/** In whichever namespace: what looks like one may be taken for one. */
function isAssertion({ name }: XmlElement): boolean {
  return /(?:^|\})(?:Encrypted)?Assertion$/.test(name);
}

function isId(name: QName): boolean {
  return /(?:^|\})id$/i.test(name);
}

/** SEC-104: whatever some other reader takes for an id, in whichever spelling, is there once. */
function requireFreshId(name: QName, value: string, ids: Set<string>): void {
  if (!IDS.has(name)) throw fault('id-spelling', shownName(name));
  if (ids.has(value)) throw fault('ids-once');
  ids.add(value);
}

/** R29: a type changes what an element is. On an attribute's value alone a simple one may be allowed. */
function requireSimpleType({ name }: XmlElement, value: string, allowed: boolean): void {
  if (name !== saml('AttributeValue') || !SIMPLE_TYPE.test(value)) throw fault('xsi-type');
  if (!allowed) throw fault('xsi-type', undefined, 'no xsi:type, for assertion.typedAttributes is off');
}

/** R28: exactly one, and a child of the assertion. */
function requireOneSignature(root: XmlElement): void {
  const signatures = [...everyElement(root)].filter(({ name }) => /(?:^|\})Signature$/.test(name));
  if (signatures.length !== 1) throw fault('one-signature', String(signatures.length));
  if (!root.children.some(({ name }) => name === dsig('Signature'))) throw fault('signature-of-assertion');
  requireBareKeyInfo(root, false);
}

/** Nothing of an assertion or a signature inside what is not looked into; each element is looked at once, however deep. */
function requireBareKeyInfo({ children, name }: XmlElement, within: boolean): void {
  if (within && (name.startsWith(`{${SAML}}`) || name === dsig('SignedInfo') || name === dsig('Object')))
    throw fault('key-info');
  for (const child of children) requireBareKeyInfo(child, within || name === dsig('KeyInfo'));
}
