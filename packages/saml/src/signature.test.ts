import { generateKeyPairSync, hash } from 'node:crypto';
import type { OpenedAssertion } from '@gatehouse/core';
import {
  makeCertificateAuthority,
  samlAssertion,
  samlEncoded,
  samlSignature,
  signSamlAssertion,
} from '@gatehouse/testkit';
import { describe, expect, it } from 'vitest';
import { samlReader } from './index.ts';
import { attributeStatement, LIMITS, RSA, read, refusal, signed } from './reading.test-support.ts';

const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const XML = samlAssertion({ id: '_1' });
const SIGNED = signed({ id: '_1' });
const SIGNATURE = samlSignature(XML, { key: RSA.privateKey });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Signed with a `SignedInfo` that this changes: what is refused is refused although the signature is right. */
const withInfo = (change: (info: string) => string): string => signed({ id: '_1' }, { signedInfo: change });
const replaced = (from: string | RegExp, to: string): string =>
  withInfo((info) => {
    const changed = info.replace(from, to);
    expect(changed).not.toBe(info);
    return changed;
  });
const transform = (algorithm: string): string => `<Transform Algorithm="${algorithm}"></Transform>`;

describe('[SEC-104] one signature, in its place, over the assertion', () => {
  it.each([
    ['none', XML, 'saml-one-signature'],
    ['an empty one', XML.replace('</Issuer>', `</Issuer><Signature xmlns="${DSIG}"/>`), 'saml-elements'],
    ['two', SIGNED.replace('</Issuer>', `</Issuer>${SIGNATURE}`), 'saml-one-signature'],
    ['one at the end', XML.replace('</Assertion>', `${SIGNATURE}</Assertion>`), 'saml-elements'],
    ['one in front of the issuer', XML.replace('<Issuer>', `${SIGNATURE}<Issuer>`), 'saml-elements'],
    ['one inside the subject', XML.replace('</Subject>', `${SIGNATURE}</Subject>`), 'saml-signature-of-assertion'],
    [
      'one inside an attribute',
      samlAssertion({ id: '_1', statements: attributeStatement(`<AttributeValue>${SIGNATURE}</AttributeValue>`) }),
      'saml-signature-of-assertion',
    ],
    ['one around the assertion', SIGNATURE.replace('</Signature>', `<Object>${XML}</Object></Signature>`), 'saml-root'],
    [
      'one of another namespace',
      XML.replace('</Issuer>', `</Issuer>${SIGNATURE.replace(DSIG, 'urn:x')}`),
      'saml-signature-of-assertion',
    ],
  ])('%s', (_what, xml, check) => {
    expect(refusal(() => read(xml))).toBe(check);
  });

  it.each([
    ['empty', 'URI=""'],
    ['foreign', 'URI="#_2"'],
    ['of another document', 'URI="https://evil.example/#_1"'],
    ['an XPointer', `URI="#xpointer(id('_1'))"`],
    ['without the sign', 'URI="_1"'],
    ['absent', ''],
  ])('a reference that is %s', (_what, uri) => {
    expect(refusal(() => read(replaced('URI="#_1"', uri)))).toBe('saml-reference');
  });

  it('two references, and none', () => {
    expect(refusal(() => read(replaced(/(<Reference .*<\/Reference>)/, '$1$1')))).toBe('saml-elements');
    expect(refusal(() => read(replaced(/<Reference .*<\/Reference>/, '')))).toBe('saml-elements');
  });

  it.each([
    ['ID', 'saml-ids-once'],
    ['Id', 'saml-ids-once'],
    ['id', 'saml-id-spelling'],
    ['xml:id', 'saml-id-spelling'],
  ])('the same id again, as %s', (name, check) => {
    const statements = `<AttributeStatement><Attribute Name="a" ${name}="_1"></Attribute></AttributeStatement>`;
    expect(refusal(() => read(signed({ id: '_1', statements })))).toBe(check);
    expect(refusal(() => read(signed({ id: '_1' }, { keyInfo: `<KeyInfo ${name}="_1"></KeyInfo>` })))).toBe(check);
  });

  it('an id that is none', () => {
    for (const id of ['', '1', 'a b', 'a#b', `_${'x'.repeat(255)}`])
      expect(refusal(() => read(signed({ id })))).toBe('saml-id');
    expect(refusal(() => read(signed({ rootAttributes: 'Version="2.0"' })))).toBe('saml-id');
  });
});

describe('[SEC-105] nothing but the two transforms, and SHA-2', () => {
  it.each([
    ['XSLT', transform('http://www.w3.org/TR/1999/REC-xslt-19991116')],
    ['XPath', transform('http://www.w3.org/TR/1999/REC-xpath-19991116')],
    ['XPath filter 2', transform('http://www.w3.org/2002/06/xmldsig-filter2')],
    ['base64', transform(`${DSIG}base64`)],
    ['inclusive canonicalization', transform('http://www.w3.org/TR/2001/REC-xml-c14n-20010315')],
    ['canonicalization with comments', transform('http://www.w3.org/2001/10/xml-exc-c14n#WithComments')],
  ])('%s instead of exclusive canonicalization', (_what, other) => {
    expect(refusal(() => read(replaced(transform('http://www.w3.org/2001/10/xml-exc-c14n#'), other)))).toBe(
      'saml-transforms',
    );
  });

  it('one transform more, one less, none, the other order, two hundred', () => {
    const exclusive = transform('http://www.w3.org/2001/10/xml-exc-c14n#');
    const enveloped = transform(`${DSIG}enveloped-signature`);
    expect(refusal(() => read(replaced(exclusive, exclusive + exclusive)))).toBe('saml-elements');
    expect(refusal(() => read(replaced(exclusive, '')))).toBe('saml-elements');
    expect(refusal(() => read(replaced(/<Transforms>.*<\/Transforms>/, '')))).toBe('saml-elements');
    expect(refusal(() => read(replaced(enveloped + exclusive, exclusive + enveloped)))).toBe('saml-transforms');
    expect(refusal(() => read(replaced(exclusive, exclusive.repeat(200))))).toBe('saml-elements');
  });

  it('an XPath inside a transform', () => {
    const inside = `<Transform Algorithm="${DSIG}enveloped-signature"><XPath>1</XPath></Transform>`;
    expect(refusal(() => read(replaced(transform(`${DSIG}enveloped-signature`), inside)))).toBe('saml-elements');
  });

  it.each([
    ['RSA with SHA-1', `${DSIG}rsa-sha1`],
    ['RSA with MD5', 'http://www.w3.org/2001/04/xmldsig-more#rsa-md5'],
    ['DSA', `${DSIG}dsa-sha1`],
    ['HMAC', 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256'],
    ['nothing', ''],
    ['a name of objects', 'constructor'],
  ])('a signature by %s', (_what, method) => {
    const xml = replaced('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', method);
    expect(refusal(() => read(xml))).toBe('saml-signature-method');
  });

  it('a digest by SHA-1 or MD5, although the signature is by SHA-256', () => {
    for (const method of [`${DSIG}sha1`, 'http://www.w3.org/2001/04/xmldsig-more#md5', '__proto__'])
      expect(refusal(() => read(replaced('http://www.w3.org/2001/04/xmlenc#sha256', method)))).toBe(
        'saml-digest-method',
      );
  });

  it('an HMAC’s length, and a canonicalization with comments', () => {
    expect(
      refusal(() => read(replaced('</SignatureMethod>', '<HMACOutputLength>1</HMACOutputLength></SignatureMethod>'))),
    ).toBe('saml-elements');
    expect(refusal(() => read(replaced('xml-exc-c14n#">', 'xml-exc-c14n#WithComments">')))).toBe(
      'saml-canonicalization-method',
    );
  });

  it('prefixes to be kept: as many as allowed are, one more or a strange one is refused', () => {
    const kept = (list: string): string =>
      `<Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><InclusiveNamespaces xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${list}"></InclusiveNamespaces></Transform>`;
    const names = Array.from({ length: 17 }, (_, i) => `p${i}`);
    const exclusive = transform('http://www.w3.org/2001/10/xml-exc-c14n#');
    expect(read(replaced(exclusive, kept(names.slice(1).join(' ')))).id).toBe('_1');
    expect(refusal(() => read(replaced(exclusive, kept(names.join(' ')))))).toBe('saml-inclusive-prefixes');
    expect(refusal(() => read(replaced(exclusive, kept('a:b'))))).toBe('saml-inclusive-prefixes');
  });

  it('an RSA signature does not count with another kind of key, nor a point as DER', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(refusal(() => read(SIGNED, {}, [ec.publicKey]))).toBe('saml-key-for-algorithm');
    expect(refusal(() => read(SIGNED, {}, [RSA.privateKey]))).toBe('saml-key-for-algorithm');
    const withEc = signSamlAssertion(XML, { key: ec.privateKey });
    for (const value of [
      Buffer.alloc(64),
      Buffer.alloc(64, 0xff),
      Buffer.alloc(63, 1),
      Buffer.alloc(72, 48),
      Buffer.alloc(1),
    ]) {
      const changed = withEc.replace(/(<SignatureValue>)[^<]*/, `$1${value.toString('base64')}`);
      expect(refusal(() => read(changed, {}, [ec.publicKey]))).toBe('saml-signature');
    }
  });
});

describe('[SEC-106] no key counts for being in the document', () => {
  const certificate = makeCertificateAuthority()
    .issue()
    .certificate.replace(/-----.*-----|\n/g, '');
  const { n, e } = stranger.publicKey.export({ format: 'jwk' });
  const base64 = (text = ''): string => Buffer.from(text, 'base64url').toString('base64');

  it.each([
    [
      'the key itself',
      `<KeyValue><RSAKeyValue><Modulus>${base64(n)}</Modulus><Exponent>${base64(e)}</Exponent></RSAKeyValue></KeyValue>`,
    ],
    ['a certificate', `<X509Data><X509Certificate>${certificate}</X509Certificate></X509Data>`],
    [
      'a chain',
      `<X509Data><X509Certificate>${certificate}</X509Certificate><X509Certificate>${certificate}</X509Certificate></X509Data>`,
    ],
    ['where to get it', '<RetrievalMethod URI="http://127.0.0.1:1/key" Type="x"></RetrievalMethod>'],
    ['a name', '<KeyName>https://idp.example</KeyName>'],
  ])('%s', (_what, info) => {
    const keyInfo = `<KeyInfo>${info}</KeyInfo>`;
    expect(refusal(() => read(signed({}, { key: stranger.privateKey, keyInfo })))).toBe('saml-signature');
    expect(read(signed({ id: '_1' }, { keyInfo })).id).toBe('_1');
  });
});

describe('[SEC-131] what is verified is what is compared', () => {
  it.each([
    [
      'a second SignedInfo',
      SIGNED.replace('<SignatureValue>', `<SignedInfo></SignedInfo><SignatureValue>`),
      'saml-elements',
    ],
    [
      'one of a foreign namespace',
      SIGNED.replace('<SignedInfo', `<SignedInfo xmlns="urn:x"></SignedInfo><SignedInfo`),
      'saml-elements',
    ],
    [
      'one inside an Object',
      SIGNED.replace('</Signature>', '<Object><SignedInfo></SignedInfo></Object></Signature>'),
      'saml-elements',
    ],
    ['one inside KeyInfo', signed({}, { keyInfo: '<KeyInfo><SignedInfo></SignedInfo></KeyInfo>' }), 'saml-key-info'],
    ['an element inside DigestValue', SIGNED.replace('<DigestValue>', '<DigestValue><x></x>'), 'saml-elements'],
    [
      'an element inside SignatureValue',
      SIGNED.replace('<SignatureValue>', '<SignatureValue><x></x>'),
      'saml-elements',
    ],
    ['an element inside a name', signed({ subject: 'kim<x></x>' }), 'saml-elements'],
    ['a comment inside DigestValue', SIGNED.replace('<DigestValue>', '<DigestValue><!--x-->'), 'saml-comments'],
    [
      'a comment inside SignatureValue',
      SIGNED.replace('<SignatureValue>', '<SignatureValue><!--x-->'),
      'saml-comments',
    ],
    ['text between elements', SIGNED.replace('<SignedInfo', 'x<SignedInfo'), 'saml-text-between'],
    ['a digest that is no base64', SIGNED.replace('<DigestValue>', '<DigestValue>*'), 'saml-digest-value'],
    ['a signature that is no base64', SIGNED.replace('<SignatureValue>', '<SignatureValue>*'), 'saml-signature-value'],
  ])('%s', (_what, xml, check) => {
    expect(refusal(() => read(xml))).toBe(check);
  });

  it('a right signature over the digest of something else', () => {
    for (const digested of ['', XML.replace('sampleuser', 'admin'), SIGNED])
      expect(refusal(() => read(signed({ id: '_1' }, { digested })))).toBe('saml-digest');
  });

  it('parts of two assertions put together', () => {
    const open = (xml: string) =>
      samlReader.open(samlEncoded(xml), { limits: LIMITS, decryptionKeys: [], typedAttributes: false });
    const [one, other] = [open(SIGNED), open(signed({ id: '_2', subject: 'admin' }))];
    const mixed = (parts: Partial<OpenedAssertion>): string =>
      refusal(() => samlReader.verify({ ...one, ...parts }, [RSA.publicKey]));
    expect(mixed({})).toBe('accepted');
    expect(mixed({ content: other.content })).toBe('saml-digest');
    expect(mixed({ id: other.id })).toBe('saml-reference');
    expect(mixed({ signedInfo: other.signedInfo })).toBe('saml-reference');
    expect(mixed({ signedInfo: other.signedInfo, id: other.id })).toBe('saml-signature');
    expect(mixed({ signedInfo: one.content })).toBe('saml-root');
  });

  it('one character changed inside, or one inside what the signature is over', () => {
    expect(refusal(() => read(SIGNED.replace('sampleuser', 'sampleuseR')))).toBe('saml-digest');
    const digest = hash('sha256', XML.replace('sampleuser', 'admin'), 'base64');
    expect(refusal(() => read(SIGNED.replace(/(<DigestValue>)[^<]*/, `$1${digest}`)))).toBe('saml-signature');
  });
});

describe('[SEC-132] names that only look alike', () => {
  const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
  it.each([
    ['an Assertion of SAML 1.1', SIGNED.replace(SAML, 'urn:oasis:names:tc:SAML:1.0:assertion'), 'saml-root'],
    ['an Assertion without a namespace', SIGNED.replace(` xmlns="${SAML}"`, ''), 'saml-root'],
    ['a namespace with another case', SIGNED.replace(SAML, SAML.toUpperCase()), 'saml-root'],
    [
      'an Issuer of another namespace',
      signed({ issuer: 'x' }).replace('<Issuer>', '<Issuer xmlns="urn:x">'),
      'saml-elements',
    ],
    [
      'an ID of another namespace',
      signed({ rootAttributes: 'xmlns:p="urn:x" IssueInstant="2026-11-25T12:00:00Z" Version="2.0" p:ID="_1"' }),
      'saml-id',
    ],
    [
      'a second ID of another namespace',
      SIGNED.replace('Version="2.0"', 'Version="2.0" xmlns:p="urn:x" p:ID="_2"'),
      'saml-id-spelling',
    ],
    [
      'a wrong version',
      signed({ rootAttributes: 'ID="_1" IssueInstant="2026-11-25T12:00:00Z" Version="1.1"' }),
      'saml-version',
    ],
    ['no version', signed({ rootAttributes: 'ID="_1" IssueInstant="2026-11-25T12:00:00Z"' }), 'saml-version'],
    [
      'a response around it',
      `<Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol">${SIGNED}</Response>`,
      'saml-root',
    ],
  ])('%s', (_what, xml, check) => {
    expect(refusal(() => read(xml))).toBe(check);
  });

  it('a prefix that changes its meaning on the way', () => {
    const xml = SIGNED.replace('<Assertion ', '<Assertion xmlns:p="urn:a" ').replace(
      '<Issuer>',
      '<Issuer xmlns:p="urn:b">',
    );
    // Neither is used, so neither is signed: exclusive canonicalization leaves both out.
    expect(read(xml).id).toBe('_1');
    expect(refusal(() => read(xml.replace('<NameID>', '<p:NameID>').replace('</NameID>', '</p:NameID>')))).toBe(
      'saml-elements',
    );
  });
});

describe('[SEC-108] what is not understood is refused, although it is signed', () => {
  const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
  const conditions = (inside: string): string =>
    signed({
      conditionsElement: `<Conditions><AudienceRestriction><Audience>x</Audience></AudienceRestriction>${inside}</Conditions>`,
    });
  it.each([
    ['an unknown condition', conditions('<x:y xmlns:x="urn:x"></x:y>'), 'saml-elements'],
    [
      'a condition that says its type',
      conditions(`<Condition xmlns:xsi="${XSI}" xsi:type="x"></Condition>`),
      'saml-xsi-type',
    ],
    ['ProxyRestriction', conditions('<ProxyRestriction Count="0"></ProxyRestriction>'), 'saml-elements'],
    [
      'a type on the assertion',
      signed({
        rootAttributes: `xmlns:xsi="${XSI}" ID="_1" IssueInstant="2026-11-25T12:00:00Z" Version="2.0" xsi:type="x"`,
      }),
      'saml-xsi-type',
    ],
    [
      'a type on an attribute’s value',
      signed({
        statements: attributeStatement(`<AttributeValue xmlns:xsi="${XSI}" xsi:type="xs:string">x</AttributeValue>`),
      }),
      'saml-xsi-type',
    ],
    [
      'an encrypted name',
      signed({ subjectElement: '<Subject><EncryptedID></EncryptedID></Subject>' }),
      'saml-elements',
    ],
    ['no subject', signed({ subjectElement: '' }), 'saml-elements'],
    ['no name', signed({ subjectElement: '<Subject></Subject>' }), 'saml-elements'],
    ['an empty name', signed({ subject: ' ' }), 'saml-name'],
    ['advice', signed().replace('</Conditions>', '</Conditions><Advice></Advice>'), 'saml-elements'],
    [
      'an unknown statement',
      signed({ statements: '<AuthzDecisionStatement></AuthzDecisionStatement>' }),
      'saml-elements',
    ],
    ['an issuer with a qualifier', signed().replace('<Issuer>', '<Issuer NameQualifier="x">'), 'saml-digest'],
  ])('%s', (_what, xml, check) => {
    expect(refusal(() => read(xml))).toBe(check);
  });

  it('an issuer who is no entity, or has a qualifier', () => {
    const issued = (attributes: string): string =>
      signSamlAssertion(samlAssertion({ id: '_1' }).replace('<Issuer>', `<Issuer ${attributes}>`), {
        key: RSA.privateKey,
      });
    expect(read(issued('Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity"')).id).toBe('_1');
    for (const other of [
      'Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"',
      'NameQualifier="x"',
      'SPNameQualifier="x"',
    ])
      expect(refusal(() => read(issued(other)))).toBe('saml-issuer-name');
  });

  it('a type other than a simple one, or elsewhere than on a value, also where types are allowed', () => {
    const typed = (type: string): string =>
      signed({
        statements: attributeStatement(`<AttributeValue xmlns:xsi="${XSI}" xsi:type="${type}">x</AttributeValue>`),
      });
    expect(read(typed('xs:string'), { typedAttributes: true }).attributes).toHaveLength(1);
    expect(refusal(() => read(typed('xs:Evil'), { typedAttributes: true }))).toBe('saml-xsi-type');
    expect(
      refusal(() =>
        read(conditions(`<Condition xmlns:xsi="${XSI}" xsi:type="xs:string"></Condition>`), { typedAttributes: true }),
      ),
    ).toBe('saml-xsi-type');
  });
});
