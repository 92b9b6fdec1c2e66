import { randomBytes } from 'node:crypto';
import type { Instant, Key, NewRegister, NewToken } from '@gatehouse/core';

const TEN_MINUTES = 600_000;
const LINGERS = 60_000;

export const newKey = (): Key => randomBytes(32).toString('base64url') as Key;

/** A grant of ten minutes, from this moment on. */
export function newGrant(members: Partial<NewRegister> = {}, now: Instant = Date.now()): NewRegister {
  return {
    ...{ kind: 'grant', key: newKey(), clientId: 'client', subject: 'owner', sessionId: null },
    ...{ createdAt: now, expiresAt: now + TEN_MINUTES, purgeAt: now + TEN_MINUTES + LINGERS },
    ...{ data: '{}', state: '{"v":1}' },
    ...members,
  };
}

/** A token of ten minutes; of this grant, or of nobody's. */
export function newToken(grantId: Key | null, members: Partial<NewToken> = {}, now: Instant = Date.now()): NewToken {
  return {
    ...{ kind: 'access_token', key: newKey(), grantId, clientId: 'client', subject: grantId === null ? null : 'owner' },
    ...{ issuedAt: now, expiresAt: now + TEN_MINUTES, purgeAt: now + TEN_MINUTES + LINGERS },
    ...{ scope: ['read'], audience: [], data: '{}' },
    ...members,
  };
}
