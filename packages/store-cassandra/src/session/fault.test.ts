import { describe, expect, it } from 'vitest';
import { causeOf, errorOf, type Fault, faultOf, isContention, type Stage } from './fault.ts';

const response = (code: number, message = 'no') => Object.assign(new Error(message), { name: 'ResponseError', code });
const named = (name: string, more: object = {}) => Object.assign(new Error('no'), { name, ...more });
const hosts = (...errors: readonly Error[]) =>
  named('NoHostAvailableError', { innerErrors: Object.fromEntries(errors.map((error, at) => [`h${at}`, error])) });
const unreadable = (what: string, name: string, code?: number) =>
  Object.assign(new Error(`Unable to perform ${what}: Cannot achieve consistency level LOCAL_ONE`), { name, code });
const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('an error of the driver', () => {
  const FAULTS: readonly (readonly [Error, Fault])[] = [
    [response(0x1000), 'refused'],
    [response(0x1001), 'refused'],
    [response(0x1002), 'refused'],
    [response(0x1100), 'late'],
    [response(0x1200), 'late'],
    [response(0x1300), 'failed'],
    [response(0x1500), 'lost'],
    [response(0x1700), 'lost'],
    [response(0x1fff), 'lost'],
    [response(0x2200), 'invalid'],
    [response(0x2100), 'forbidden'],
    [named('OperationTimedOutError'), 'late'],
    [named('AuthenticationError'), 'login'],
    [unreadable('authentication', 'AuthenticationError'), 'roles'],
    [unreadable('authorization', 'ResponseError', 0x2100), 'roles'],
    [unreadable('authorization of permissions', 'ResponseError', 0x2100), 'roles'],
    [unreadable('authorization of super-user permission', 'ResponseError', 0x2100), 'roles'],
    [hosts(unreadable('authentication', 'AuthenticationError')), 'roles'],
    [response(0x2500), 'invalid'],
    [named('BusyConnectionError'), 'refused'],
    [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'lost'],
    [hosts(), 'unreachable'],
    // Of a node that is down the driver has but a word.
    [named('NoHostAvailableError', { innerErrors: { h0: 'Host considered as DOWN' } }), 'unreachable'],
    [hosts(new Error('No connection available')), 'unreachable'],
    [new Error('No connection available'), 'unreachable'],
    [hosts(refused, refused), 'unreachable'],
    [hosts(refused, named('OperationTimedOutError')), 'late'],
    [hosts(refused, named('AuthenticationError')), 'login'],
    [hosts(response(0x1001), refused), 'refused'],
  ];
  for (const [error, fault] of FAULTS)
    it(`${error.name} ${'code' in error ? error.code : ''} ${'innerErrors' in error ? Object.keys(error.innerErrors as object).length : ''} is ${fault}`, () => {
      expect(faultOf(error)).toBe(fault);
    });

  const KINDS: readonly (readonly [Error, Stage, string])[] = [
    [response(0x1000), 'read', 'unavailable'],
    [response(0x1000), 'write', 'unavailable'],
    // It is said of what was applied and could not be made visible, too.
    [response(0x1000), 'decide', 'unknown_outcome'],
    [response(0x1100), 'write', 'unknown_outcome'],
    [response(0x1100), 'decide', 'unknown_outcome'],
    [response(0x1500), 'decide', 'unknown_outcome'],
    [response(0x1700), 'decide', 'unknown_outcome'],
    [response(0x1200), 'read', 'timeout'],
    [response(0x1300), 'read', 'unavailable'],
    [response(0x1300), 'decide', 'unknown_outcome'],
    [response(0x2200), 'decide', 'unavailable'],
    [named('OperationTimedOutError'), 'decide', 'unknown_outcome'],
    [named('OperationTimedOutError'), 'read', 'timeout'],
    [hosts(refused), 'decide', 'unavailable'],
    [hosts(named('OperationTimedOutError')), 'decide', 'unknown_outcome'],
  ];
  for (const [error, stage, kind] of KINDS)
    it(`${error.name} ${'code' in error ? error.code : ''} on a ${stage} is ${kind} to the caller`, () => {
      const told = errorOf(error, stage);
      expect(told.kind).toBe(kind);
      expect(told.cause).toBeInstanceOf(Error);
    });

  it('is contention only where a node says that the time of a lightweight transaction ran out', () => {
    expect(isContention(response(0x1100))).toBe(true);
    expect(isContention(response(0x1700))).toBe(true);
    expect(isContention(named('OperationTimedOutError'))).toBe(false);
  });

  it('[SEC-46] is passed on with its code, without anything that it quotes', () => {
    const cause = causeOf(
      response(0x2200, 'Invalid STRING constant (s3cret) for "token" of \'owner-ann\' in oauth_grant'),
    );
    expect(cause.message).not.toMatch(/s3cret|owner-ann/);
    expect(Reflect.get(cause, 'code')).toBe(0x2200);
  });
});
