import { generateKeyPairSync } from 'node:crypto';
import { cpuTime, encryptSaml } from '@gatehouse/testkit';
import { describe, expect, it } from 'vitest';
import { attributeStatement, LIMITS, read, refusal, signed } from './reading.test-support.ts';

/** R41: no single input holds the event loop for longer. Milliseconds. */
const MOST = 25;

const OURS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const READING = { decryptionKeys: [OURS.privateKey] };
const FULL = Math.floor((LIMITS.saml * 3) / 4);

/** As much of it as an assertion may have. */
const filled = (piece: string, before = '', after = ''): string =>
  before + piece.repeat(Math.floor((FULL - before.length - after.length) / piece.length)) + after;
const attributes = (count: number): string => Array.from({ length: count }, (_, i) => ` a${i}=""`).join('');
const values = (count: number, value: string): string => attributeStatement(value.repeat(count));

const HOSTILE: readonly (readonly [name: string, xml: string])[] = [
  ['100 000 elements inside each other', '<a>'.repeat(100_000)],
  ['as many as fit', filled('<a>')],
  ['as many as fit, closed', `${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}`],
  ['a megabyte of attributes', `<a${attributes(130_000)}/>`],
  ['as many attributes as fit', `<a${attributes(3_500)}/>`],
  ['one attribute of that size', filled('x', '<a b="', '"/>')],
  ['one name of that size', filled('x', '<', '/>')],
  ['one prefix of that size', filled('x', '<', ':a/>')],
  ['unclosed names', filled('<a ')],
  ['half processing instructions', filled('<?')],
  ['half declarations', filled('<!')],
  ['spaces', filled(' ', '<a', '/>')],
  ['spaces inside a tag that does not end', filled(' ', '<a ')],
  ['attributes that have no value', filled(' a', '<a')],
  ['references', filled('&amp;', '<a>', '</a>')],
  ['references that are none', filled('&', '<a>', '</a>')],
  ['references by number', filled('&#x10FFFF;', '<a>', '</a>')],
  [
    'a billion laughs',
    `<!DOCTYPE a [${Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')}]><a>&l10;</a>`,
  ],
  [
    '200 transforms',
    signed({}, { signedInfo: (info) => info.replace(/<Transform .*<\/Transform>/, (one) => one.repeat(100)) }),
  ],
  ['1 000 elements', `<a>${'<b/>'.repeat(999)}</a>`],
  ['1 001 elements', `<a>${'<b/>'.repeat(1_000)}</a>`],
  [
    'namespaces that multiply',
    signed({ statements: values(60, `<AttributeValue xmlns:p="urn:${'x'.repeat(250)}"></AttributeValue>`) }),
  ],
  [
    'a prefix that every element declares again',
    signed({
      statements: `<AttributeStatement>${`<Attribute xmlns:p="urn:${'x'.repeat(240)}" Name="x" p:a=""></Attribute>`.repeat(63)}</AttributeStatement>`,
    }),
  ],
  [
    'attributes up to the limit, each of another namespace',
    `<a ${Array.from({ length: 60 }, (_, i) => `xmlns:p${i}="urn:${i}"`).join(' ')}>${`<b${Array.from({ length: 32 }, (_, i) => ` p${i}:a=""`).join('')}/>`.repeat(31)}</a>`,
  ],
  [
    '900 elements inside 28 KeyInfo inside each other',
    signed({}, { key: OURS.privateKey }).replace(
      '</Signature>',
      `${'<KeyInfo>'.repeat(28)}${'<b/>'.repeat(900)}${'</KeyInfo>'.repeat(28)}</Signature>`,
    ),
  ],
  [
    'an assertion of the right form, signed by nobody',
    signed({ statements: values(900, '<AttributeValue>x</AttributeValue>') }, { key: OURS.privateKey }),
  ],
];

describe('[SEC-124] no input holds the event loop', () => {
  it.each(HOSTILE)('%s', async (_name, xml) => {
    expect(await cpuTime(MOST, () => refusal(() => read(xml, READING)))).toBeLessThan(MOST);
    expect(refusal(() => read(xml, READING))).toMatch(/^saml-/);
  });

  it.each(HOSTILE.filter(([, xml]) => xml.length < FULL * 0.7))('%s, encrypted', async (_name, xml) => {
    const encrypted = encryptSaml(xml, { publicKey: OURS.publicKey });
    expect(await cpuTime(MOST, () => refusal(() => read(encrypted, READING)))).toBeLessThan(MOST);
    expect(refusal(() => read(encrypted, READING))).toMatch(/^saml-/);
  });

  it('an honest one as large as they may be, neither', async () => {
    const xml = signed({ id: '_1', statements: values(900, '<AttributeValue>0123</AttributeValue>') });
    expect(xml.length).toBeGreaterThan(FULL * 0.8);
    expect(read(xml).id).toBe('_1');
    expect(await cpuTime(MOST, () => read(xml))).toBeLessThan(MOST);
  });
});
