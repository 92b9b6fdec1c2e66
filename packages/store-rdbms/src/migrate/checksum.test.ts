import { expect, test } from 'vitest';
import { ALL_DIALECTS } from '../dialects/index.ts';
import { checksumOf, checksumSaid } from './checksum.ts';
import { wholeSchema } from './scripts.ts';

const SUM = 'a'.repeat(64);
const script = `-- What it is for.
CREATE TABLE a (
  x int -- a number
);
INSERT INTO oauth_schema VALUES (1, '${SUM}');
`;

test.each([
  ['comments', script.replace(/-- .*/g, '-- another word; and a semicolon')],
  ['layout', script.replaceAll('\n', '\r\n').replace('  x int', '\tx   int')],
  ['the checksum that it says', script.replace(SUM, 'b'.repeat(64))],
])('a checksum is not of %s', (_, text) => {
  expect(text).not.toBe(script);
  expect(checksumOf(text)).toBe(checksumOf(script));
});

test.each([
  ['another type', script.replace('x int', 'x bigint')],
  ['a statement more', `${script}DROP TABLE a;\n`],
  ['another value', script.replace('(1, ', '(2, ')],
])('%s is another checksum', (_, text) => {
  expect(text).not.toBe(script);
  expect(checksumOf(text)).not.toBe(checksumOf(script));
});

test('a script says its checksum, or none', () => {
  expect(checksumSaid(script)).toBe(SUM);
  expect(checksumSaid('CREATE TABLE a (x int);')).toBe(null);
});

test.each(ALL_DIALECTS.map(({ name }) => name))(
  'what ships for %s is as it says, also from a checkout on Windows',
  (dialect) => {
    const { text } = wholeSchema(dialect, 1);
    expect(checksumOf(text)).toBe(checksumSaid(text));
    expect(checksumOf(text.replaceAll('\n', '\r\n'))).toBe(checksumSaid(text));
  },
);
