import type { AssertionFault } from '@gatehouse/core';
import { fault, type SamlCheck } from './fault.ts';
import { shownName } from './known-names.ts';
import { dsig, INCLUSIVE_NAMESPACES, type QName, saml, type XmlElement, XSI_TYPE, xenc } from './xml-tree.ts';

/** What an element may hold. Everything else is refused: what nobody expects is read by nobody, or by somebody else. */
interface Rule {
  readonly attributes?: readonly QName[];
  /** Further attributes of other namespaces, which are not read. */
  readonly foreignAttributes?: boolean;
  /** In this order, each at least and at most so often. Absent: none. `any`: not looked into here, but for ids and what else holds for the whole (identity.ts). */
  readonly children?: readonly (readonly [name: QName, least: number, most: number])[] | 'any';
  /** Of these, those that may change places with each other: what the schema has as a choice, makers write in either order. */
  readonly inAnyOrder?: readonly QName[];
  /** Whether text is read from it; an element with children holds white space alone. */
  readonly text?: boolean;
}

/** How many elements there may be in all, the scan has counted. */
const MANY = Number.POSITIVE_INFINITY;
const TEXT: Rule = { text: true };
const ALGORITHM: Rule = { attributes: ['Algorithm'] };
const WITH_PREFIXES: Rule = { attributes: ['Algorithm'], children: [[INCLUSIVE_NAMESPACES, 0, 1]] };
const NAME_ID: Rule = {
  attributes: ['Format', 'NameQualifier', 'SPNameQualifier', 'SPProvidedID'],
  text: true,
};

const RULES: ReadonlyMap<QName, Rule> = new Map<QName, Rule>([
  // SAML core 2.3.3 with 2.7: no advice, no extension, nothing encrypted in parts.
  [
    saml('Assertion'),
    {
      attributes: ['ID', 'Version', 'IssueInstant'],
      children: [
        [saml('Issuer'), 1, 1],
        [dsig('Signature'), 0, 1],
        [saml('Subject'), 1, 1],
        [saml('Conditions'), 0, 1],
        [saml('AuthnStatement'), 0, MANY],
        [saml('AttributeStatement'), 0, MANY],
      ],
      inAnyOrder: [saml('AuthnStatement'), saml('AttributeStatement')],
    },
  ],
  [saml('Issuer'), NAME_ID],
  [
    saml('Subject'),
    {
      children: [
        [saml('NameID'), 1, 1],
        [saml('SubjectConfirmation'), 0, MANY],
      ],
    },
  ],
  [saml('NameID'), NAME_ID],
  [saml('SubjectConfirmation'), { attributes: ['Method'], children: [[saml('SubjectConfirmationData'), 0, 1]] }],
  [
    saml('SubjectConfirmationData'),
    { attributes: ['NotBefore', 'NotOnOrAfter', 'Recipient', 'InResponseTo', 'Address'] },
  ],
  // SAML core 2.5.1: a condition that is not understood makes the assertion indeterminate, which is not valid.
  [
    saml('Conditions'),
    {
      attributes: ['NotBefore', 'NotOnOrAfter'],
      children: [
        [saml('AudienceRestriction'), 0, MANY],
        [saml('OneTimeUse'), 0, 1],
      ],
      inAnyOrder: [saml('AudienceRestriction'), saml('OneTimeUse')],
    },
  ],
  [saml('AudienceRestriction'), { children: [[saml('Audience'), 1, MANY]] }],
  [saml('Audience'), TEXT],
  [saml('OneTimeUse'), {}],
  [
    saml('AuthnStatement'),
    {
      attributes: ['AuthnInstant', 'SessionIndex', 'SessionNotOnOrAfter'],
      children: [
        [saml('SubjectLocality'), 0, 1],
        [saml('AuthnContext'), 1, 1],
      ],
    },
  ],
  [saml('SubjectLocality'), { attributes: ['Address', 'DNSName'] }],
  [
    saml('AuthnContext'),
    {
      children: [
        [saml('AuthnContextClassRef'), 0, 1],
        [saml('AuthnContextDeclRef'), 0, 1],
        [saml('AuthenticatingAuthority'), 0, MANY],
      ],
    },
  ],
  [saml('AuthnContextClassRef'), TEXT],
  [saml('AuthnContextDeclRef'), TEXT],
  [saml('AuthenticatingAuthority'), TEXT],
  [saml('AttributeStatement'), { children: [[saml('Attribute'), 1, MANY]] }],
  [
    saml('Attribute'),
    {
      attributes: ['Name', 'NameFormat', 'FriendlyName'],
      foreignAttributes: true,
      children: [[saml('AttributeValue'), 0, MANY]],
    },
  ],
  [saml('AttributeValue'), { attributes: [XSI_TYPE], text: true }],

  // XML Signature 4: no Object, no second SignedInfo, one Reference.
  [
    dsig('Signature'),
    {
      attributes: ['Id'],
      children: [
        [dsig('SignedInfo'), 1, 1],
        [dsig('SignatureValue'), 1, 1],
        [dsig('KeyInfo'), 0, 1],
      ],
    },
  ],
  [
    dsig('SignedInfo'),
    {
      attributes: ['Id'],
      children: [
        [dsig('CanonicalizationMethod'), 1, 1],
        [dsig('SignatureMethod'), 1, 1],
        [dsig('Reference'), 1, 1],
      ],
    },
  ],
  [dsig('CanonicalizationMethod'), WITH_PREFIXES],
  [dsig('SignatureMethod'), ALGORITHM],
  [
    dsig('Reference'),
    {
      attributes: ['Id', 'URI'],
      children: [
        [dsig('Transforms'), 1, 1],
        [dsig('DigestMethod'), 1, 1],
        [dsig('DigestValue'), 1, 1],
      ],
    },
  ],
  [dsig('Transforms'), { children: [[dsig('Transform'), 2, 2]] }],
  [dsig('Transform'), WITH_PREFIXES],
  [INCLUSIVE_NAMESPACES, { attributes: ['PrefixList'] }],
  [dsig('DigestMethod'), ALGORITHM],
  [dsig('DigestValue'), TEXT],
  [dsig('SignatureValue'), { attributes: ['Id'], text: true }],
  [dsig('KeyInfo'), { attributes: ['Id'], children: 'any' }],

  // XML Encryption 3, as SAML core 2.3.4 wraps it: values in place, nothing referred to.
  [
    saml('EncryptedAssertion'),
    {
      children: [
        [xenc('EncryptedData'), 1, 1],
        [xenc('EncryptedKey'), 0, 1],
      ],
    },
  ],
  [
    xenc('EncryptedData'),
    {
      attributes: ['Id', 'Type', 'MimeType', 'Encoding'],
      children: [
        [xenc('EncryptionMethod'), 1, 1],
        [dsig('KeyInfo'), 0, 1],
        [xenc('CipherData'), 1, 1],
      ],
    },
  ],
  [
    xenc('EncryptedKey'),
    {
      attributes: ['Id', 'Type', 'MimeType', 'Encoding', 'Recipient'],
      children: [
        [xenc('EncryptionMethod'), 1, 1],
        [dsig('KeyInfo'), 0, 1],
        [xenc('CipherData'), 1, 1],
        [xenc('ReferenceList'), 0, 1],
        [xenc('CarriedKeyName'), 0, 1],
      ],
    },
  ],
  [xenc('EncryptionMethod'), { attributes: ['Algorithm'], children: 'any' }],
  [xenc('CipherData'), { children: [[xenc('CipherValue'), 1, 1]] }],
  [xenc('CipherValue'), TEXT],
  [xenc('ReferenceList'), { children: 'any' }],
  [xenc('CarriedKeyName'), TEXT],
]);

/**
 * R27 to R29: every element and attribute in its place, down to the last. A second assertion anywhere, an extension,
 * a condition nobody knows, and an element of another namespace are all out of place.
 * @throws AssertionFault
 */
export function requireStructure(element: XmlElement): void {
  const rule = RULES.get(element.name);
  if (!rule) throw refuse('elements', element);
  for (const { name } of element.attributes)
    if (
      !rule.attributes?.includes(name) &&
      !(rule.foreignAttributes === true && name.startsWith('{') && name !== XSI_TYPE)
    )
      throw refuse(name === XSI_TYPE ? 'xsi-type' : 'attributes', element, shownName(name));
  if (rule.children === 'any') return;
  requireSequence(element, rule.children ?? [], rule.inAnyOrder ?? []);
  if (rule.text !== true && /[^\t\n\r ]/.test(element.text)) throw refuse('text-between', element);
  for (const child of element.children) requireStructure(child);
}

function requireSequence(
  element: XmlElement,
  sequence: Exclude<NonNullable<Rule['children']>, 'any'>,
  inAnyOrder: readonly QName[],
): void {
  const names = sortedAmongThemselves(
    element.children.map(({ name }) => name),
    inAnyOrder,
  );
  let at = 0;
  for (const [name, least, most] of sequence) {
    const start = at;
    while (names[at] === name && at - start < most) at++;
    if (at - start < least) throw refuse('elements', element, `no ${shownName(name)}`);
  }
  const stranger = names[at];
  if (stranger !== undefined) throw refuse('elements', element, shownName(stranger));
}

/** Those in `order` take each other's places and no others': one that stands before what it has to follow still does. */
function sortedAmongThemselves(names: readonly QName[], order: readonly QName[]): readonly QName[] {
  const moved = names
    .filter((name) => order.includes(name))
    .toSorted((one, other) => order.indexOf(one) - order.indexOf(other))
    .values();
  return names.map((name) => (order.includes(name) ? (moved.next().value ?? name) : name));
}

function refuse(check: SamlCheck, { name }: XmlElement, what?: string): AssertionFault {
  return fault(check, what === undefined ? shownName(name) : `${what} in ${shownName(name)}`);
}
