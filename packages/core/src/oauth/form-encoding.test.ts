import { describe, expect, it } from 'vitest';
import { formDecode, formEncode } from './form-encoding.ts';

describe('form encoding', () => {
  it('comes back as it went, and is read alike by others', () => {
    const text = "p+q/r%s&t=é 😀 !'()*~-._";
    expect(formDecode(formEncode(text))).toBe(text);
    expect(new URLSearchParams(`x=${formEncode(text)}`).get('x')).toBe(text);
  });

  it('writes the example of RFC 6749 2.3.1', () => {
    expect(`${formEncode('a b:c')}:${formEncode('p+q/r%s&t=é')}`).toBe('a+b%3Ac:p%2Bq%2Fr%25s%26t%3D%C3%A9');
  });

  it.each(['%', '%1', '%zz', '%ff', '%c3', '%c0%80', '%00', 'a\0'])('does not read %j', (text) => {
    expect(formDecode(text)).toBeNull();
  });
});
