import { StoreError } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { causeOf, Duplicate, errorOf, lateError, Refused } from './fault.ts';

const KEY = 'Ab3_'.repeat(10).padEnd(43, 'x');

describe('[SEC-51] the cause that reaches a log', () => {
  it.each([
    [`Duplicate entry 'https://issuer-${KEY}' for key 'oauth_grant.PRIMARY'`, 'Duplicate entry … for key oauth_grant'],
    [`Key (tenant_id, token_hash)=(t, ${KEY}) already exists.`, 'Key …=… already exists.'],
    [`invalid input syntax for type bigint: "${KEY}"`, 'invalid input syntax for type bigint: …'],
    [
      'duplicate key value violates unique constraint "oauth_grant_pkey"',
      'duplicate key value violates unique constraint oauth_grant_pkey',
    ],
    ['schema "nosuch" does not exist', 'schema nosuch does not exist'],
    ['relation "nosuch.oauth_schema" does not exist', 'relation nosuch.oauth_schema does not exist'],
    ['column "attempt" does not exist', 'column attempt does not exist'],
    ["Unknown column 'attempt' in 'field list'", 'Unknown column attempt in …'],
    ["Access denied for user 'gate'@'%' to database 'oauth'", 'Access denied for user gate@… to database oauth'],
    [`Duplicate entry 'a' column '${KEY}' for key 'x'`, 'Duplicate entry … column … for key …'],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED 127.0.0.1:5432'],
  ])('of %j is %j', (message, shown) => {
    expect(causeOf(new Error(message)).message).toBe(shown);
  });

  it('keeps the codes and drops every other member', () => {
    const driver = Object.assign(new Error('x'), {
      code: '23505',
      errno: 1062,
      sqlState: '23000',
      detail: KEY,
      sql: `INSERT ${KEY}`,
      parameters: [KEY],
      constraint: 'oauth_grant_pkey',
    });
    const cause = causeOf(driver);
    expect(cause).toMatchObject({ code: '23505', errno: 1062, sqlState: '23000', constraint: 'oauth_grant_pkey' });
    expect(JSON.stringify({ ...cause, message: cause.message, stack: cause.stack })).not.toContain(KEY);
  });

  it('is an error whatever was thrown', () => {
    for (const thrown of [undefined, null, 'text', { code: 1 }]) expect(causeOf(thrown)).toBeInstanceOf(Error);
  });
});

describe('what the caller hears', () => {
  const driver = Object.assign(new Error('driver'), { code: 'X' });

  it.each([
    ['lost', 'sent', 'unknown_outcome'],
    ['lost', 'idle', 'unavailable'],
    ['lost', 'read', 'unavailable'],
    ['retry', 'sent', 'unavailable'],
    ['busy', 'idle', 'unavailable'],
    ['full', 'sent', 'unavailable'],
    ['read-only', 'sent', 'unavailable'],
    ['cancelled', 'sent', 'timeout'],
    ['missing', 'sent', 'unavailable'],
    ['forbidden', 'read', 'unavailable'],
    ['login', 'idle', 'unavailable'],
    ['unfit', 'sent', 'unavailable'],
    ['other', 'sent', 'unavailable'],
  ] as const)('of %s, %s, is %s', (fault, stage, kind) => {
    const error = errorOf(fault, stage, driver);
    expect(error).toBeInstanceOf(StoreError);
    expect((error as StoreError).kind).toBe(kind);
    expect(error.cause).toMatchObject({ message: 'driver', code: 'X' });
  });

  it('[store-32] of a value that was refused is told apart: another row would have been taken', () => {
    expect(errorOf('unfit', 'sent', driver)).toBeInstanceOf(Refused);
    expect(errorOf('other', 'sent', driver)).not.toBeInstanceOf(Refused);
  });

  it('of a disk that is full says so', () => {
    expect(errorOf('full', 'sent', driver).message).toMatch(/no room left to write/);
  });

  it('of a duplicate stays in the store', () => {
    expect(errorOf('duplicate', 'sent', driver)).toBeInstanceOf(Duplicate);
  });

  it('when no answer came depends on what was sent', () => {
    expect([lateError('sent').kind, lateError('idle').kind, lateError('read').kind]).toEqual([
      'unknown_outcome',
      'timeout',
      'timeout',
    ]);
  });
});
