import type { SamlAssertion } from '@gatehouse/core';
import { samlTime } from '@gatehouse/testkit';
import { expect, it } from 'vitest';
import { attributeStatement, readText, refusal, signed } from './reading.test-support.ts';

const XML = Buffer.from(
  signed({
    subject: 'kim',
    statements: `<AuthnStatement AuthnInstant="${samlTime(Date.now())}"><AuthnContext></AuthnContext></AuthnStatement>${attributeStatement('<AttributeValue>a&amp;b</AttributeValue>')}`,
  }),
);
const SAID = readText(XML.toString('base64url'));

/** Bytes that mean something in XML, and some that do not. */
const BYTES = [...'<>/="\'&#;! \n\0aZ0_', '\x7f', '\x80', '\xff'].map((sign) => sign.charCodeAt(0) & 0xff);

const CHANGES: readonly (readonly [name: string, change: (place: number) => Buffer])[] = [
  ['another letter', (place) => replaced(place, (XML[place] ?? 0) ^ 1)],
  ['another case', (place) => replaced(place, (XML[place] ?? 0) ^ 0x20)],
  ['a byte over 127', (place) => replaced(place, (XML[place] ?? 0) ^ 0x80)],
  ['a byte of XML', (place) => replaced(place, BYTES[place % BYTES.length] ?? 0)],
  ['a byte less', (place) => Buffer.concat([XML.subarray(0, place), XML.subarray(place + 1)])],
  [
    'a byte more',
    (place) =>
      Buffer.concat([
        XML.subarray(0, place),
        Buffer.from([BYTES[(place * 7) % BYTES.length] ?? 0]),
        XML.subarray(place),
      ]),
  ],
  ['a byte twice', (place) => Buffer.concat([XML.subarray(0, place + 1), XML.subarray(place)])],
];

function replaced(place: number, byte: number): Buffer {
  const changed = Buffer.from(XML);
  changed[place] = byte;
  return changed;
}

it.each(CHANGES)(
  '%s, at every place: refused, or everything read is the same, the id to be used up included',
  (_name, change) => {
    let taken = 0;
    for (let place = 0; place < XML.length; place++) {
      const text = change(place).toString('base64url');
      let said: SamlAssertion | undefined;
      const check = refusal(() => {
        said = readText(text);
      });
      if (check !== 'accepted') continue;
      taken++;
      expect(said, `at ${place}`).toEqual(SAID);
    }
    // What nobody signs may change: the signature's own prefixes, white space, a key that is not looked at.
    expect(taken).toBeLessThan(XML.length / 2);
  },
);
