import { describe, expect, it } from 'vitest';
import { attributeStatement, LIMITS, read, readText, refusal, signed } from './reading.test-support.ts';

const XML = signed({ subject: 'kim' });
const inName = (text: string): string => signed({ subject: text });

describe('what an assertion may not hold is found before a parser sees it', () => {
  it.each([
    ['an external entity', `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${XML}`, 'saml-document-type'],
    ['a document type alone', `<!DOCTYPE Assertion>${XML}`, 'saml-document-type'],
    ['one from elsewhere', `<!DOCTYPE Assertion SYSTEM "https://evil.example/x.dtd">${XML}`, 'saml-document-type'],
    [
      'a billion laughs',
      `<!DOCTYPE a [<!ENTITY a "ha">${'bcdefghij'.replace(/./g, (name) => `<!ENTITY ${name} "${`&${String.fromCharCode(name.charCodeAt(0) - 1)};`.repeat(10)}">`)}]>${inName('&j;')}`,
      'saml-entities',
    ],
    ['an entity without a document type', inName('&kim;'), 'saml-entities'],
    ['a comment inside a name', inName('kim<!-- -->.evil'), 'saml-comments'],
    ['CDATA inside a name', inName('<![CDATA[kim]]>'), 'saml-cdata'],
    ['a processing instruction', inName('<?x y?>kim'), 'saml-processing-instructions'],
    ['one in front', `<?xml-stylesheet href="x"?>${XML}`, 'saml-processing-instructions'],
    ['one behind', `${XML}<?x y?>`, 'saml-processing-instructions'],
    ['a comment behind', `${XML}<!-- -->`, 'saml-comments'],
    ['two declarations', `<?xml version="1.0"?><?xml version="1.0"?>${XML}`, 'saml-declaration'],
    ['a declaration of another encoding', `<?xml version="1.0" encoding="UTF-7"?>${XML}`, 'saml-declaration'],
    ['XML 1.1', `<?xml version="1.1"?>${XML}`, 'saml-declaration'],
    ['a byte order mark', `\uFEFF${XML}`, 'saml-around-root'],
    ['text in front', `x${XML}`, 'saml-around-root'],
    ['text behind', `${XML}x`, 'saml-around-root'],
    ['a second root', `${XML}${XML}`, 'saml-one-root'],
    ['U+0000', inName('kim\0'), 'saml-characters'],
    ['U+FFFF', inName('kim\uFFFF'), 'saml-characters'],
    ['a half of a pair by its number', inName('&#xD800;'), 'saml-parsed'],
    ['a character that is none, by its number', inName('&#0;'), 'saml-parsed'],
    ['an end that fits no start', XML.replace('</Issuer>', '</Isuer>'), 'saml-parsed'],
    [
      'an undeclared prefix',
      XML.replace('<Audience>', '<x:Audience>').replace('</Audience>', '</x:Audience>'),
      'saml-parsed',
    ],
    ['an attribute twice', XML.replace('Version="2.0"', 'Version="2.0" Version="2.0"'), 'saml-parsed'],
    [
      'an attribute twice by its namespace',
      XML.replace('Version="2.0"', 'Version="2.0" xmlns:p="urn:x" xmlns:q="urn:x" p:a="" q:a=""'),
      'saml-parsed',
    ],
    ['a relative namespace', XML.replace('Version="2.0"', 'Version="2.0" xmlns:p="x"'), 'saml-canonical'],
    ['a relative namespace of elements', '<a xmlns="x"/>', 'saml-parsed-without-warning'],
    ['an unclosed element', XML.replace('</Assertion>', ''), 'saml-well-formed'],
    ['an unclosed attribute', `<Assertion ID="${'x'.repeat(30_000)}`, 'saml-well-formed'],
    ['< in an attribute', XML.replace('Version="2.0"', 'Version="2.0" a="<"'), 'saml-well-formed'],
    ['‹? very often', `<a ${'<?'.repeat(18_000)}`, 'saml-well-formed'],
    ['spaces without end', `<a ${' '.repeat(36_000)}`, 'saml-well-formed'],
    ['nothing', ' ', 'saml-well-formed'],
  ])('[SEC-107] [SEC-124] %s', (_what, xml, check) => {
    expect(refusal(() => read(xml))).toBe(check);
  });

  it('[SEC-107] UTF-16, in whichever order, and broken UTF-8', () => {
    const utf16 = Buffer.from(`\uFEFF${XML}`, 'utf16le');
    const broken = Buffer.concat([Buffer.from(XML), Buffer.from([0xff])]);
    const tooLong = Buffer.from(XML.replace('kim', 'k\u0001m'), 'utf8');
    tooLong.set([0xc0], tooLong.indexOf(1));
    const checks = [utf16, utf16.swap16(), broken, tooLong].map((bytes) =>
      refusal(() => readText(bytes.toString('base64url'))),
    );
    expect(new Set(checks)).toEqual(new Set(['saml-utf-8']));
  });
});

describe('limits hold at their last value and one past it', () => {
  const nested = (depth: number): string => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`;
  it.each([
    ['elements inside each other', (n: number) => nested(n), LIMITS.xmlDepth],
    ['elements', (n: number) => `<a>${'<b/>'.repeat(n - 1)}</a>`, LIMITS.xmlElements],
    [
      'attributes of one element',
      (n: number) => `<a ${Array.from({ length: n }, (_, i) => `a${i}=""`).join(' ')}/>`,
      LIMITS.xmlAttributes,
    ],
    [
      'attributes',
      (n: number) =>
        `<a>${'<b c=""/>'.repeat(900)}${n > 900 ? `<b ${Array.from({ length: 30 }, (_, i) => `a${i}=""`).join(' ')}/>`.repeat(3) : ''}<b ${Array.from({ length: n - 990 }, (_, i) => `a${i}=""`).join(' ')}/></a>`,
      LIMITS.xmlElements,
    ],
    ['namespaces', (n: number) => `<a>${'<b xmlns:p="urn:x"/>'.repeat(n)}</a>`, LIMITS.xmlNamespaces],
    ['characters of a namespace', (n: number) => `<a xmlns="urn:${'x'.repeat(n - 4)}"/>`, 256],
  ])('[SEC-124] %s', (_what, make, most) => {
    expect(refusal(() => read(make(most)))).toBe('saml-root');
    expect(refusal(() => read(make(most + 1)))).toBe('saml-limit');
  });

  it('[SEC-124] a namespace that its canonical form would repeat a thousand times is repeated within bounds', () => {
    const values = `<AttributeValue xmlns:p="urn:${'x'.repeat(250)}"></AttributeValue>`.repeat(60);
    expect(refusal(() => read(signed({ statements: attributeStatement(values) })))).toMatch(/^saml-(digest|limit)$/);
  });
});
