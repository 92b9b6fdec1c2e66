import { describe, expect, it } from 'vitest';
import { oracle } from './oracle.ts';

const error = (members: object): Error => Object.assign(new Error('ORA'), members);

describe('what Oracle’s errors mean', () => {
  it.each([
    [60, 'retry'],
    [8177, 'retry'],
    [54, 'retry'],
    [30006, 'retry'],
    [1, 'duplicate'],
    [3113, 'lost'],
    [3135, 'lost'],
    [28, 'lost'],
    [16000, 'read-only'],
    [12514, 'busy'],
    [1033, 'busy'],
    [942, 'missing'],
    [1031, 'forbidden'],
    [1017, 'login'],
    [28001, 'login'],
    [1013, 'cancelled'],
    [900, 'other'],
    [12899, 'unfit'],
  ] as const)('ORA-%i is %s', (errorNum, fault) => {
    expect(oracle.faultOf(error({ errorNum, code: `ORA-${String(errorNum).padStart(5, '0')}` }))).toBe(fault);
  });

  it.each([
    ['NJS-500', 'lost'],
    ['NJS-501', 'lost'],
    ['NJS-503', 'lost'],
    ['NJS-003', 'lost'],
    // A call that was broken off at its limit may have been done.
    ['NJS-123', 'lost'],
    ['NJS-511', 'busy'],
    ['NJS-040', 'busy'],
    ['NJS-011', 'other'],
  ] as const)('%s is %s', (code, fault) => {
    expect(oracle.faultOf(error({ code }))).toBe(fault);
  });

  it('is a lost connection where the driver calls an error it has no name for recoverable', () => {
    expect(oracle.faultOf(error({ errorNum: 99_999, code: 'ORA-99999', isRecoverable: true }))).toBe('lost');
  });
});

describe('the questions of Oracle', () => {
  it.each([
    [0, '19.0.0.0.0', true],
    [0, '23.0.0.0.0', true],
    [0, '12.2.0.1.0', false],
    [1, 'AL32UTF8', true],
    [1, 'WE8ISO8859P1', false],
    [2, 'BINARY', true],
    [2, 'LINGUISTIC', false],
  ])('number %i takes %s: %s', (index, value, taken) => {
    expect(oracle.questions[index]?.refuses?.([{ value }], {} as never) === null).toBe(taken);
  });
});
