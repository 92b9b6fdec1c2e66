import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { provide } from '@gatehouse/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { read, refusal } from './reading.test-support.ts';

/**
 * xmlsec1 signs what is written in many ways, with a canonical form of its own: what it signs is read, and what is changed
 * afterwards is not.
 */

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-xmlsec1-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const xmlsec1 = await provide('xmlsec1', () => {
  try {
    return execFileSync('xmlsec1', ['--version'], { encoding: 'utf8' });
  } catch {
    throw new Error('There is no xmlsec1 on the path (Debian: xmlsec1).');
  }
});

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';

const KEYS: Readonly<Record<string, { privateKey: KeyObject; publicKey: KeyObject }>> = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
};

interface Way {
  readonly key?: keyof typeof KEYS;
  readonly method?: string;
  readonly digest?: string;
  /** Prefixes that the transform keeps. */
  readonly kept?: string;
  /** The assertion, with this where its signature goes. */
  readonly write?: (signature: string) => string;
}

const plain = (signature: string): string =>
  `<Assertion xmlns="${SAML}" ID="_1" IssueInstant="2026-11-25T12:00:00Z" Version="2.0"><Issuer>i</Issuer>${signature}<Subject><NameID>kim</NameID></Subject></Assertion>`;

function sign({
  digest = `${XENC}sha256`,
  kept,
  key = 'rsa',
  method = `${MORE}rsa-sha256`,
  write = plain,
}: Way): string {
  const inside = kept === undefined ? '' : `<e:InclusiveNamespaces xmlns:e="${EXCLUSIVE}" PrefixList="${kept}"/>`;
  const template = write(
    `<d:Signature xmlns:d="${DSIG}"><d:SignedInfo><d:CanonicalizationMethod Algorithm="${EXCLUSIVE}"/><d:SignatureMethod Algorithm="${method}"/><d:Reference URI="#_1"><d:Transforms><d:Transform Algorithm="${DSIG}enveloped-signature"/><d:Transform Algorithm="${EXCLUSIVE}">${inside}</d:Transform></d:Transforms><d:DigestMethod Algorithm="${digest}"/><d:DigestValue/></d:Reference></d:SignedInfo><d:SignatureValue/></d:Signature>`,
  );
  const files = { key: path.join(folder, 'key.pem'), template: path.join(folder, 'template.xml') };
  writeFileSync(files.key, KEYS[key]?.privateKey.export({ type: 'pkcs8', format: 'pem' }) ?? '');
  writeFileSync(files.template, template);
  const args = ['--sign', '--privkey-pem', files.key, '--id-attr:ID', `${SAML}:Assertion`, files.template];
  return execFileSync('xmlsec1', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const WAYS: readonly (readonly [string, Way])[] = [
  ['RSA and SHA-256', {}],
  ['RSA and SHA-384', { method: `${MORE}rsa-sha384`, digest: `${MORE}sha384` }],
  ['RSA and SHA-512', { method: `${MORE}rsa-sha512`, digest: `${XENC}sha512` }],
  ['P-256', { key: 'P-256', method: `${MORE}ecdsa-sha256` }],
  ['P-384', { key: 'P-384', method: `${MORE}ecdsa-sha384` }],
  ['P-521', { key: 'P-521', method: `${MORE}ecdsa-sha512` }],
  [
    'prefixes',
    {
      write: (s) =>
        plain(s)
          .replace(/<(\/?)(Assertion|Issuer|Subject|NameID)/g, '<$1s:$2')
          .replace('xmlns=', 'xmlns:s='),
    },
  ],
  [
    'namespaces that nobody uses',
    { write: (s) => plain(s).replace('xmlns=', 'xmlns:a="urn:a" xmlns:b="urn:b" xmlns=') },
  ],
  [
    'one of them kept',
    { kept: 'b', write: (s) => plain(s).replace('xmlns=', 'xmlns:a="urn:a" xmlns:b="urn:b" xmlns=') },
  ],
  ['the default one kept', { kept: '#default', write: (s) => plain(s).replace('xmlns=', 'xmlns:b="urn:b" xmlns=') }],
  ['a namespace said again', { write: (s) => plain(s).replace('<NameID', `<NameID xmlns="${SAML}"`) }],
  ['line breaks and indents', { write: (s) => plain(s).replace(/></g, '>\n  <') }],
  ['carriage returns', { write: (s) => plain(s).replace(/></g, '>\r\n<') }],
  [
    'another order, other quotes, spaces',
    { write: (s) => plain(s).replace(/ID="_1"(.*?)Version="2.0"/, "Version = '2.0'\n\t ID='_1' $1 ") },
  ],
  ['empty elements', { write: (s) => plain(s).replace('</Subject>', '</Subject><Conditions/>') }],
  ['characters by their numbers', { write: (s) => plain(s).replace('kim', '&#x6B;&#105;m') }],
  [
    'an attribute with what must be escaped',
    { write: (s) => plain(s).replace('<NameID', '<NameID Format="a&#9;b&#10;&quot;&lt;&gt;&amp;\'"') },
  ],
  ['text of all planes', { write: (s) => plain(s).replace('<NameID', '<NameID NameQualifier="ÄŁ漢𝄞&#x1F600;"') }],
];

describe.skipIf(!xmlsec1.available)('xmlsec1 signs it, and it is read', () => {
  it.each(WAYS)('%s', (_name, way) => {
    const xml = sign(way);
    const keys = [KEYS[way.key ?? 'rsa']?.publicKey as KeyObject];
    const { id, subject } = read(xml, {}, keys);
    expect([id, subject.value]).toEqual(['_1', 'kim']);
    // Between its tags: a signature in front of it may hold these letters by chance.
    expect(refusal(() => read(xml.replace(/>(?:kim|&#x6B;&#105;m)</, '>mik<'), {}, keys))).toBe('saml-digest');
    expect(refusal(() => read(xml.replace('IssueInstant', 'NotBefore'), {}, keys))).toMatch(/^saml-/);
  });
});

it('the program of other makers is here', (ctx) => {
  if (!xmlsec1.available) return ctx.skip(xmlsec1.reason);
  expect(xmlsec1.value).toContain('xmlsec1');
});
