import { randomBytes } from 'node:crypto';
import type { Key, NewRegister, NewToken } from '@gatehouse/core';

const HOUR = 3_600_000;

export const key = (): Key => randomBytes(32).toString('base64url') as Key;
export const attempt = (): string => randomBytes(16).toString('base64url');

export function newGrant(members: Partial<NewRegister> = {}): NewRegister {
  const now = Date.now();
  return {
    kind: 'grant',
    key: key(),
    clientId: 'app',
    subject: 'ann',
    sessionId: null,
    createdAt: now,
    expiresAt: now + HOUR,
    purgeAt: now + HOUR,
    data: '{"v":1}',
    state: '{"v":1,"step":0}',
    ...members,
  };
}

export function newToken(grantId: Key | null, members: Partial<NewToken> = {}): NewToken {
  const now = Date.now();
  return {
    kind: 'access_token',
    key: key(),
    grantId,
    clientId: 'app',
    subject: grantId === null ? null : 'ann',
    scope: ['read'],
    audience: [],
    issuedAt: now,
    expiresAt: now + HOUR,
    purgeAt: now + HOUR,
    data: '{"v":1}',
    ...members,
  };
}
