import { AssertionFault } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { shownAlgorithm, shownName } from './known-names.ts';
import { read, signed } from './reading.test-support.ts';
import { DSIG, XENC11 } from './xml-tree.ts';

const MARK = 'zq7x9';

/** What the operator would be told. */
function told(xml: string): string {
  try {
    read(xml);
  } catch (error) {
    if (error instanceof AssertionFault) return `${error.message} ${error.expected} ${error.got ?? ''}`;
    throw error;
  }
  throw new Error('It was taken.');
}

describe('[SEC-140] no word of a document that nobody has verified comes into the log', () => {
  it.each([
    ['an element', (xml: string) => xml.replace('</Issuer>', `</Issuer><${MARK}></${MARK}>`)],
    [
      'an element of another namespace',
      (xml: string) => xml.replace('</Issuer>', `</Issuer><a:Advice xmlns:a="urn:${MARK}"></a:Advice>`),
    ],
    ['an attribute', (xml: string) => xml.replace('<Issuer', `<Issuer ${MARK}="${MARK}"`)],
    ['another root', () => `<${MARK}></${MARK}>`],
    ['a version', (xml: string) => xml.replace('Version="2.0"', `Version="${MARK}"`)],
    ['an ID', (xml: string) => xml.replace(/ID="[^"]*"/, `ID="${MARK} ${MARK}"`)],
    ['an id of another spelling', (xml: string) => xml.replace('<Issuer', `<Issuer xml:id="${MARK}"`)],
    [
      'a canonicalization',
      (xml: string) => xml.replace(/(<CanonicalizationMethod Algorithm=")[^"]*/, `$1urn:${MARK}/${MARK}`),
    ],
    [
      'a signature method',
      (xml: string) => xml.replace(/(<SignatureMethod Algorithm=")[^"]*/, `$1urn:${MARK}/${MARK}`),
    ],
    ['a digest method', (xml: string) => xml.replace(/(<DigestMethod Algorithm=")[^"]*/, `$1http://x/${MARK}`)],
    ['a transform', (xml: string) => xml.replace(/(<Transform Algorithm=")[^"]*/, `$1${MARK}`)],
    ['a reference', (xml: string) => xml.replace(/URI="[^"]*"/, `URI="#${MARK}"`)],
    ['an instant', (xml: string) => xml.replace(/IssueInstant="[^"]*"/, `IssueInstant="${MARK}"`)],
    ['an entity', (xml: string) => xml.replace('<Issuer>', `<Issuer>&${MARK};`)],
    ['text', (xml: string) => xml.replace('<Subject>', `<Subject>${MARK}`)],
    ['not even XML', () => `${MARK} <${MARK}`],
  ])('%s', (_, change) => {
    const text = told(change(signed()));
    expect(text).toMatch(/^saml-/);
    expect(text).not.toContain(MARK);
  });

  it('an operator still reads what makers commonly do', () => {
    const xml = signed();
    expect(told(xml.replace('rsa-sha256', 'rsa-sha1'))).toContain('got rsa-sha1');
    expect(told(xml.replace('</Conditions>', '</Conditions><Advice></Advice>'))).toContain('Advice in Assertion');
    expect(told(xml.replace('<Issuer>', `<Issuer ${MARK}="">`))).toContain('a name of 5 characters in Issuer');
  });
});

it.each([
  [`${DSIG}rsa-sha1`, 'rsa-sha1'],
  [`${XENC11}aes128-gcm`, 'aes128-gcm'],
  ['http://www.w3.org/2001/10/xml-exc-c14n#', 'xml-exc-c14n'],
  ['http://www.w3.org/2001/10/xml-exc-c14n#WithComments', 'WithComments'],
  ['http://www.w3.org/TR/2001/REC-xml-c14n-20010315', 'REC-xml-c14n-20010315'],
  ['', 'an algorithm of 0 characters'],
  ['constructor', 'an algorithm of 11 characters'],
  [`${'#'.repeat(50_000)}x`, 'an algorithm of 50001 characters'],
])('the algorithm %o', (uri, shown) => {
  expect(shownAlgorithm(uri)).toBe(shown);
});

it.each([
  ['ID', 'ID'],
  [`{${DSIG}}Object`, 'Object'],
  ['{urn:x}Object', 'Object of another namespace'],
  ['{urn:x}y', 'a name of 1 characters'],
  ['constructor', 'a name of 11 characters'],
])('the name %o', (name, shown) => {
  expect(shownName(name)).toBe(shown);
});
