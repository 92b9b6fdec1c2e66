/** A name with its namespace, `{uri}local`; without a namespace the local name alone. */
export type QName = string;

/** An attribute; namespace declarations are none. */
export interface XmlAttribute {
  readonly name: QName;
  readonly value: string;
}

/** An element as plain data: what is decided is decided on this, so that nothing of the parser's is held. */
export interface XmlElement {
  readonly name: QName;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** The text between the children, put together. */
  readonly text: string;
}

export const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
export const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
export const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const XENC = 'http://www.w3.org/2001/04/xmlenc#';
export const XENC11 = 'http://www.w3.org/2009/xmlenc11#';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

export const saml = (local: string): QName => `{${SAML}}${local}`;
export const dsig = (local: string): QName => `{${DSIG}}${local}`;
export const xenc = (local: string): QName => `{${XENC}}${local}`;
export const XSI_TYPE: QName = `{${XSI}}type`;
export const INCLUSIVE_NAMESPACES: QName = `{${EXC_C14N}}InclusiveNamespaces`;

/** The value of an attribute, null where it is not there. */
export function attributeOf(element: XmlElement, name: QName): string | null {
  return element.attributes.find((attribute) => attribute.name === name)?.value ?? null;
}

export function childrenOf(element: XmlElement, name: QName): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

export function childOf(element: XmlElement, name: QName): XmlElement | null {
  return element.children.find((child) => child.name === name) ?? null;
}

/** The child that the structure, checked before, says is there. */
export function theChild(element: XmlElement, name: QName): XmlElement {
  const child = childOf(element, name);
  if (!child) throw new TypeError(`The structure was to have ${name}.`);
  return child;
}

/** The element and everything below it, in the order of the document; what it costs does not grow with the depth. */
export function* everyElement(element: XmlElement): Generator<XmlElement> {
  const ahead = [element];
  for (let next = ahead.pop(); next; next = ahead.pop()) {
    yield next;
    ahead.push(...next.children.toReversed());
  }
}
