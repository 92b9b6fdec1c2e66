import { randomBytes } from 'node:crypto';
import type { Clock, Instant, Key, NewRegister, NewToken } from '@gatehouse/core';

export const MINUTE = 60_000;
export const START: Instant = 1_800_000_000_000;

/** A clock that stands until it is moved. */
export class SetClock implements Clock {
  at: Instant = START;

  now(): Instant {
    return this.at;
  }
}

export function aKey(): Key {
  return randomBytes(32).toString('base64url') as Key;
}

export function anAttempt(): string {
  return randomBytes(16).toString('base64url');
}

/** Of ten minutes, from now, of nobody. */
export function aToken(members: Partial<NewToken> = {}): NewToken {
  const issuedAt = members.issuedAt ?? START;
  return {
    kind: 'access_token',
    key: aKey(),
    grantId: null,
    clientId: 'client',
    subject: null,
    scope: ['read'],
    audience: [],
    issuedAt,
    expiresAt: issuedAt + 10 * MINUTE,
    purgeAt: issuedAt + 11 * MINUTE,
    data: '{"v":1}',
    ...members,
  };
}

/** A grant of an hour. */
export function aGrant(members: Partial<NewRegister> = {}): NewRegister {
  return {
    kind: 'grant',
    key: aKey(),
    clientId: 'client',
    subject: 'owner',
    sessionId: null,
    createdAt: START,
    expiresAt: START + 60 * MINUTE,
    purgeAt: START + 61 * MINUTE,
    data: '{"v":1}',
    state: '{"v":1,"step":0}',
    ...members,
  };
}
