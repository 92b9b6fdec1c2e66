import type {
  Instant,
  SamlAssertion,
  SamlAttribute,
  SamlConditions,
  SamlConfirmation,
  SamlNameId,
} from '@gatehouse/core';
import { fault } from './fault.ts';
import { attributeOf, childOf, childrenOf, saml, theChild, type XmlElement } from './xml-tree.ts';

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?Z?$/;
const ENTITY = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity';

/** What an assertion of the right structure says. @throws AssertionFault where a value is none */
export function readValues(root: XmlElement, id: string): SamlAssertion {
  const subject = theChild(root, saml('Subject'));
  const conditions = childOf(root, saml('Conditions'));
  return {
    id,
    issueInstant: instant(root, 'IssueInstant') ?? missing('IssueInstant'),
    issuer: issuer(theChild(root, saml('Issuer'))),
    subject: nameId(theChild(subject, saml('NameID'))),
    confirmations: childrenOf(subject, saml('SubjectConfirmation')).map(confirmation),
    conditions: conditions && conditionsOf(conditions),
    sessionEnds: childrenOf(root, saml('AuthnStatement')).flatMap((statement) => {
      if (instant(statement, 'AuthnInstant') === null) missing('AuthnInstant');
      return instant(statement, 'SessionNotOnOrAfter') ?? [];
    }),
    attributes: childrenOf(root, saml('AttributeStatement')).flatMap((statement) =>
      childrenOf(statement, saml('Attribute')).map(attribute),
    ),
  };
}

/** SAML core 2.2.5: the name of an entity; RFC 7522 3 (1) compares it as it is written. */
function issuer(element: XmlElement): string {
  const { format, value, nameQualifier, spNameQualifier } = nameId(element);
  if (format !== null && format !== ENTITY) throw fault('issuer-name');
  if (nameQualifier !== null || spNameQualifier !== null) throw fault('issuer-name');
  return value;
}

function nameId(element: XmlElement): SamlNameId {
  if (!/[^\t\n\r ]/.test(element.text)) throw fault('name');
  return {
    value: element.text,
    format: attributeOf(element, 'Format'),
    nameQualifier: attributeOf(element, 'NameQualifier'),
    spNameQualifier: attributeOf(element, 'SPNameQualifier'),
  };
}

function confirmation(element: XmlElement): SamlConfirmation {
  const data = childOf(element, saml('SubjectConfirmationData'));
  const method = attributeOf(element, 'Method') ?? missing('Method');
  if (!data) return { method, recipient: null, notBefore: null, notOnOrAfter: null, inResponseTo: null };
  return {
    method,
    recipient: attributeOf(data, 'Recipient'),
    notBefore: instant(data, 'NotBefore'),
    notOnOrAfter: instant(data, 'NotOnOrAfter'),
    inResponseTo: attributeOf(data, 'InResponseTo'),
  };
}

function conditionsOf(element: XmlElement): SamlConditions {
  return {
    notBefore: instant(element, 'NotBefore'),
    notOnOrAfter: instant(element, 'NotOnOrAfter'),
    audienceRestrictions: childrenOf(element, saml('AudienceRestriction')).map((restriction) =>
      childrenOf(restriction, saml('Audience')).map(({ text }) => text),
    ),
  };
}

function attribute(element: XmlElement): SamlAttribute {
  return {
    name: attributeOf(element, 'Name') ?? missing('Name'),
    nameFormat: attributeOf(element, 'NameFormat'),
    values: childrenOf(element, saml('AttributeValue')).map(({ text }) => text),
  };
}

/** SAML core 1.3.3: in UTC. A part of a second below a millisecond is dropped. Null: it is not there. */
function instant(element: XmlElement, name: string): Instant | null {
  const text = attributeOf(element, name);
  if (text === null) return null;
  const [whole, year, month, day, hour, minute, second, fraction = ''] = DATE_TIME.exec(text) ?? [];
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  // What Date.UTC carries over, such as the 31st of April, is no date.
  if (whole === undefined || new Date(time).toISOString().slice(0, 19) !== text.slice(0, 19))
    throw fault('times', name);
  return time + Math.floor(Number(`0.${fraction || '0'}`) * 1000);
}

function missing(name: string): never {
  throw fault('attributes', `no ${name}`);
}
