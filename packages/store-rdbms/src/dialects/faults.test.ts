import { describe, expect, it } from 'vitest';
import { dialectNamed } from './index.ts';

const error = (members: object): Error => Object.assign(new Error('driver'), members);

describe('what errors of drivers mean', () => {
  it.each([
    ['postgresql', { code: '25P03' }, 'lost'],
    ['postgresql', { code: '57P04' }, 'lost'],
    ['postgresql', { code: '57P05' }, 'lost'],
    ['postgresql', { code: '08006' }, 'lost'],
    ['postgresql', { code: '53100' }, 'full'],
    ['postgresql', { code: '53200' }, 'busy'],
    ['postgresql', { code: '22001' }, 'unfit'],
    ['postgresql', { code: '22021' }, 'unfit'],
    ['postgresql', { code: '23514' }, 'unfit'],
    ['postgresql', { code: '23505' }, 'duplicate'],
    ['postgresql', { code: '42601' }, 'other'],
    ['postgresql', {}, 'lost'],
    ['mysql', { errno: 1047, sqlState: '08S01' }, 'busy'],
    ['mysql', { errno: 1114, sqlState: 'HY000' }, 'full'],
    ['mysql', { errno: 1406, sqlState: '22001' }, 'unfit'],
    ['mysql', { errno: 1366, sqlState: 'HY000' }, 'unfit'],
    ['mysql', { errno: 3988, sqlState: 'HY000' }, 'unfit'],
    ['mysql', { errno: 1062, sqlState: '23000' }, 'duplicate'],
    ['mysql', { errno: 1064, sqlState: '42000' }, 'other'],
    ['sqlite', { code: 'SQLITE_FULL' }, 'full'],
    ['sqlite', { code: 'SQLITE_TOOBIG' }, 'unfit'],
    ['sqlite', { code: 'SQLITE_CONSTRAINT_NOTNULL' }, 'unfit'],
    ['sqlite', { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' }, 'duplicate'],
    ['mysql', { errno: 1021, sqlState: 'HY000' }, 'full'],
    ['mssql', { number: 1105 }, 'full'],
    ['mssql', { number: 9002 }, 'full'],
    ['oracle', { errorNum: 1653 }, 'full'],
    ['oracle', { errorNum: 257 }, 'full'],
    ['db2', { sqlcode: -289, sqlstate: '57011' }, 'full'],
    ['mssql', { number: 2628 }, 'unfit'],
    ['mssql', { number: 2627 }, 'duplicate'],
    ['db2', { sqlcode: -433, sqlstate: '22001' }, 'unfit'],
    ['db2', { sqlcode: -30061, sqlstate: '08004' }, 'missing'],
    ['db2', { sqlcode: -803, sqlstate: '23505' }, 'duplicate'],
  ] as const)('%s: %o is %s', (name, members, fault) => {
    expect(dialectNamed(name).faultOf(error(members))).toBe(fault);
  });

  it('a defect of ours is no lost connection of PostgreSQL', () => {
    expect(dialectNamed('postgresql').faultOf(new TypeError('no function'))).toBe('other');
    expect(dialectNamed('postgresql').faultOf(undefined)).toBe('other');
  });
});
