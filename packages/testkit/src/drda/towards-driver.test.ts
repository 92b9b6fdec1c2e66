import { expect, it } from 'vitest';
import { towardsDriver } from './towards-driver.ts';

const STATUS = 0x2408;
const ROWS = 0x241b;

const CYCLE = 'A lock could not be obtained due to a deadlock, cycle of locks and waiters is: …'.repeat(2);

/** Derby's word for a deadlock, its text longer than the driver takes. */
function deadlock(behind: Buffer): Buffer {
  const codes = Buffer.alloc(54);
  codes.writeInt32BE(-1, 1);
  codes.write('40001', 5, 'latin1');
  const text = Buffer.from(CYCLE);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([codes, Buffer.alloc(2), length, text, Buffer.alloc(2), behind]);
}

function unit(codePoint: number, content: Buffer): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(content.length + 10, 0);
  head[2] = 0xd0;
  head.writeUInt16BE(content.length + 4, 6);
  head.writeUInt16BE(codePoint, 8);
  return Buffer.concat([head, content]);
}

const codeOf = (answer: Buffer): readonly unknown[] => [answer.readInt32BE(11), answer.toString('latin1', 15, 20)];

it.each([
  ['a status', STATUS, 'ff'],
  ['what comes in place of a row', ROWS, 'ffff'],
])('says a deadlock with Db2’s code: %s', (_, codePoint, behind) => {
  const answer = towardsDriver(unit(codePoint, deadlock(Buffer.from(behind, 'hex'))));
  expect(codeOf(answer)).toEqual([-911, '40001']);
  expect(answer.readUInt16BE(0)).toBe(answer.length);
  expect(answer.toString('latin1')).not.toContain('A lock could');
  expect(answer.subarray(-behind.length / 2)).toEqual(Buffer.from(behind, 'hex'));
});

it.each([
  ['more behind it', deadlock(Buffer.alloc(40, 1))],
  ['lengths that lead out of it', Buffer.concat([Buffer.alloc(54), Buffer.alloc(30, 0x7f)])],
])('leaves a piece of a row as it is, whatever it begins with: %s', (_, content) => {
  content.writeInt32BE(-1, 1);
  const rows = unit(ROWS, content);
  expect(towardsDriver(rows)).toEqual(rows);
});
