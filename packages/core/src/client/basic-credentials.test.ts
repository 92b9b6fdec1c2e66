import { describe, expect, it } from 'vitest';
import { decodeCredentials, parseBasic } from './basic-credentials.ts';

const basic = (text: string | Buffer) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('a Basic header', () => {
  it('is split at the first colon and decoded after (RFC 6749 2.3.1)', () => {
    expect(parseBasic('Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3')).toEqual({
      id: 's6BhdRkqt3',
      secret: '7Fjfp0ZBr1KtDRbnfVdmIw',
    });
    const raw = parseBasic('Basic YStiJTNBYzpwJTJCcSUyRnIlMjVzJTI2dCUzRCVDMyVBOQ==');
    expect(raw && decodeCredentials(raw)).toEqual({ id: 'a b:c', secret: 'p+q/r%s&t=é' });
    expect(parseBasic(basic('a:b:c'))).toEqual({ id: 'a', secret: 'b:c' });
    expect(parseBasic(basic(':'))).toEqual({ id: '', secret: '' });
  });

  it('[SEC-53] may leave out its padding, and nothing else', () => {
    for (const text of ['a:b', 'aa:b', 'aaa:b']) {
      const full = basic(text);
      expect(parseBasic(full)).not.toBeNull();
      expect(parseBasic(full.replace(/=+$/, ''))).toEqual(parseBasic(full));
    }
  });

  it.each([
    ['another scheme', 'Bearer YTpi'],
    ['no credentials', 'Basic'],
    ['no credentials after a space', 'Basic '],
    ['two spaces', 'Basic  YTpi'],
    ['a tab', 'Basic\tYTpi'],
    ['a space behind', 'Basic YTpi '],
    ['a space inside', 'Basic YT pi'],
    ['a line end', 'Basic YTpi\n'],
    ['two headers in one', 'Basic YTpi, Basic YTpi'],
    ['the alphabet of URLs', 'Basic YTr_'],
    ['a character outside the alphabet', 'Basic YTp*'],
    ['a misplaced =', 'Basic YT=pi'],
    ['one = too few', 'Basic YWE6Yg='],
    ['one = too many', 'Basic YTpi='],
    ['three =', 'Basic YTpiY==='],
    ['length 1 mod 4', 'Basic YTpiY'],
    ['stray bits in the last letter', 'Basic YWE6Yh=='],
    ['no colon', basic('ab')],
    ['bytes that are not UTF-8', basic(Buffer.from([0x61, 0x3a, 0xff]))],
    ['an overlong form', basic(Buffer.from([0x61, 0x3a, 0xc0, 0x80]))],
    ['NUL', basic('a:b\0')],
  ])('[SEC-53] with %s is refused', (_, header) => {
    expect(parseBasic(header)).toBeNull();
  });

  it.each(['p%', 'p%zz', 'p%ff', 'p%00'])('[SEC-53] with the half %s is not form-decoded', (half) => {
    expect(decodeCredentials({ id: 'a', secret: half })).toBeNull();
    expect(decodeCredentials({ id: half, secret: 'b' })).toBeNull();
  });
});
