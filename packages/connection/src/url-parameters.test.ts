import { expect, it } from 'vitest';
import { COMMON_PARAMETERS, decoded, oneOf, type Readers, readParameters, wholeNumber } from './url-parameters.ts';

const READERS: Readers<object> = {
  ...COMMON_PARAMETERS,
  size: (value, name) => ({ size: wholeNumber(value, name) }),
  'of.': (value, name) => ({ [name]: value }),
};

const read = (query: string): readonly object[] => readParameters(query, READERS, { sslmode: 'write `ca`' });

it('reads each parameter by the reader of its name, or of what its name begins with', () => {
  expect(read('?size=3&of.colour=a%20b&passwordEnv=WORD')).toEqual([
    { size: 3 },
    { 'of.colour': 'a b' },
    { password: { env: 'WORD' } },
  ]);
});

it.each([
  ['size=three', 'size in the URL of the store is a whole number.'],
  ['size=1&size=2', 'size twice'],
  ['of.=1', 'none of'],
  ['of=1', 'none of'],
  ['colour=1', 'a parameter colour, which is none of passwordEnv'],
  ['constructor=1', 'a parameter constructor, which is none of'],
  ['sslmode=require', 'has sslmode: write `ca`.'],
  ['dangerouslyInsecure=yes', 'plaintext or unverified'],
])('refuses %s', (query, words) => {
  expect(() => read(query)).toThrow(
    expect.objectContaining({ kind: 'config', message: expect.stringContaining(words) }),
  );
});

it('[SEC-49] shows nothing that may be the rest of a password', () => {
  for (const query of ['s3cret&size=1', 'pa%73s=1', 'p4ss=1'])
    expect(() => read(query)).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/s3cret|pass=|p4ss|pa%73s/) }),
    );
});

it('refuses an escape that is none', () => {
  expect(decoded('a%20b')).toBe('a b');
  expect(() => decoded('a%b')).toThrow('begins no escape');
  expect(() => oneOf('c', 'letter', ['a', 'b'])).toThrow('letter in the URL of the store is a or b.');
});
