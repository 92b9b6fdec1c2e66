import { expect, it } from 'vitest';
import { towardsDerby } from './towards-derby.ts';

const PREPARE = 0x200d;
const VALUES = 0x2412;
const REQUEST = 1;
const OBJECT = 3;

/** An object that begins with the name of a package, as one that prepares, executes or fetches does. */
function unit(kind: number, codePoint: number, packageId: string): Buffer {
  const name = Buffer.from(`${'GATEHOUS'.padEnd(18)}${'NULLID'.padEnd(18)}${packageId.padEnd(18)}SYSLVL01\0\x04`);
  const head = Buffer.from('0000d0000001', 'hex');
  head.writeUInt8(kind, 3);
  const all = Buffer.concat([head, object(codePoint, object(0x2113, name))]);
  all.writeUInt16BE(all.length);
  return all;
}

function object(codePoint: number, content: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(content.length + 4);
  head.writeUInt16BE(codePoint, 2);
  return Buffer.concat([head, content]);
}

it('leaves it to Derby that a statement runs at CS, so that no key in its cache changes', () => {
  expect(towardsDerby(unit(REQUEST, PREPARE, 'SYSSN200'), [])).toEqual(unit(REQUEST, PREPARE, 'SYSSN000'));
});

it.each([
  ['another isolation', unit(REQUEST, PREPARE, 'SYSSN400')],
  ['values that look like a request', unit(OBJECT, VALUES, 'SYSSN200')],
  ['a request with nothing in it', Buffer.from('000ad00100010004200e', 'hex')],
])('passes on as it is %s', (_, as) => {
  expect(towardsDerby(as, [])).toEqual(as);
});
