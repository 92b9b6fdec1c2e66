import { describe, expect, it } from 'vitest';
import { readX509 } from './certificate.ts';
import { parseName, sameName, writtenName } from './distinguished-name.ts';

const [CN, O, OU] = ['2.5.4.3', '2.5.4.10', '2.5.4.11'];

describe('[SEC-48] a distinguished name is what it means, not how it is written', () => {
  it.each([
    ['CN=robot', [[`${CN}=robot`]]],
    ['cn=robot', [[`${CN}=robot`]]],
    ['2.5.4.3=robot', [[`${CN}=robot`]]],
    ['CN=robot,O=Example', [[`${O}=Example`], [`${CN}=robot`]]],
    ['CN=robot, O=Example', [[`${O}=Example`], [`${CN}=robot`]]],
    ['OU=b+CN=a,O=x', [[`${O}=x`], [`${OU}=b`, `${CN}=a`].sort()]],
    ['CN=a+OU=b,O=x', [[`${O}=x`], [`${OU}=b`, `${CN}=a`].sort()]],
    ['O=Ex\\, CN=robot', [[`${O}=Ex, CN=robot`]]],
    ['O=Ex\\2C CN=robot', [[`${O}=Ex, CN=robot`]]],
    ['CN=Bj\\C3\\B6rn', [[`${CN}=Björn`]]],
    ['CN=Björn', [[`${CN}=Björn`]]],
    ['CN=a=b', [[`${CN}=a=b`]]],
    ['CN=\\#a', [[`${CN}=#a`]]],
    ['CN=a\\ ', [[`${CN}=a `]]],
  ])('%s', (text, name) => {
    expect(parseName(text)).toEqual(name);
    expect(parseName(writtenName(name))).toEqual(name);
  });

  it.each([
    '',
    'robot',
    'CN=',
    'CN=a,',
    'CN=a,,O=b',
    'CN=a+',
    '=a',
    'XX=a',
    'CN=a;O=b',
    'CN="a"',
    'CN=#04',
    'CN= a',
    'CN=a ',
    'CN=a\\',
    'CN=\\FF',
    'CN=a\0b',
    'CN=a\\zz',
  ])('is none: %o', (text) => {
    expect(parseName(text)).toBeNull();
  });

  it('is another where its parts are in another order, or there is one more', () => {
    const name = parseName('CN=a,O=x') ?? [];
    for (const text of ['O=x,CN=a', 'CN=a+O=x', 'CN=a,CN=a,O=x', 'CN=a', 'CN=A,O=x', 'CN=a,O=x,C=XX'])
      expect(sameName(name, parseName(text) ?? [])).toBe(false);
  });
});

/** RFC 8705 appendix A. */
const RFC_8705 =
  'MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwIDSQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOVbUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=';

describe('a certificate', () => {
  it('of RFC 8705 appendix A has the thumbprint that is printed there', () => {
    const certificate = readX509(Buffer.from(RFC_8705, 'base64'));
    expect(certificate).toMatchObject({
      thumbprint: 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0',
      subject: [[`${CN}=mtls`]],
      authority: null,
      notAfter: Date.UTC(2022, 4, 2, 12, 37, 9),
    });
  });

  it('cut short, longer, or none at all is none', () => {
    const der = Buffer.from(RFC_8705, 'base64');
    for (const bytes of [der.subarray(0, -1), Buffer.alloc(0), Buffer.alloc(20_000), Buffer.from('x')])
      expect(() => readX509(bytes)).toThrow();
  });
});
