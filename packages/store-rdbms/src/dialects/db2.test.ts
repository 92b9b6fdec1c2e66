import { describe, expect, it } from 'vitest';
import { db2 } from './db2.ts';

const error = (sqlcode: number | null, sqlstate: string | null, message = 'SQL'): Error =>
  Object.assign(new Error(message), { sqlcode, sqlstate });

describe('what Db2’s errors mean', () => {
  it.each([
    [-911, '40001', 'retry'],
    [-913, '57033', 'retry'],
    [-803, '23505', 'duplicate'],
    [-30081, '08001', 'lost'],
    [-30081, '40003', 'lost'],
    [-30108, '08506', 'lost'],
    [-1224, '55032', 'lost'],
    [-1773, '51045', 'read-only'],
    [-1040, '57030', 'busy'],
    [-204, '42704', 'missing'],
    [-206, '42703', 'missing'],
    [-551, '42501', 'forbidden'],
    // Its state is of class 08, and it is no lost connection.
    [-30082, '08001', 'login'],
    [-952, '57014', 'cancelled'],
    [-104, '42601', 'other'],
    [-99_999, '08S01', 'lost'],
    [-99_999, '40003', 'lost'],
    [-99_999, '22001', 'unfit'],
  ] as const)('%i with state %s is %s', (code, state, fault) => {
    expect(db2.faultOf(error(code, state))).toBe(fault);
  });

  it('is that nobody knows, where there is no code, or the driver has closed the handle', () => {
    expect(db2.faultOf(error(null, null))).toBe('lost');
    expect(db2.faultOf(new Error('anything'))).toBe('lost');
    expect(db2.faultOf(error(-1, 'S1000', 'CLI0600E  Invalid connection handle or connection is closed.'))).toBe(
      'lost',
    );
  });
});

describe('the questions of Db2', () => {
  const [version, isolation] = db2.questions;

  it.each([
    ['DB2 v11.5.9.0', true],
    ['DB2 v12.1.2.0', true],
    ['DB2 v11.1.4.7', false],
    ['DB2 v10.5.0.11', false],
    ['', false],
  ])('take %s: %s', (value, taken) => {
    expect(version?.refuses?.([{ value }], {} as never) === null).toBe(taken);
  });

  it.each([
    ['CS', true],
    ['  ', true],
    [null, true],
    ['UR', false],
    ['RR', false],
  ])('take the isolation %s: %s', (value, taken) => {
    expect(isolation?.refuses?.([{ value }], {} as never) === null).toBe(taken);
  });
});

describe('a script of Db2', () => {
  it('goes on where another node has made the object or put the row there, and nowhere else', () => {
    const isThere = (sqlcode: number): boolean | undefined => db2.scripts.isThere?.(error(sqlcode, null));
    expect([-601, -612, -803, -551, -911].map(isThere)).toEqual([true, true, true, false, false]);
  });
});
