import {
  type Addition,
  type Change,
  isKey,
  type Key,
  type ListBy,
  NEVER,
  type NewRegister,
  type NewToken,
  type PageRequest,
  type RegisterKind,
  type Revocation,
  StoreError,
  type Write,
} from '@gatehouse/core';
import { STORE_LIMITS } from '../limits.ts';

/** What every store refuses as `invalid` before it looks at anything. No message holds the value. */

const ATTEMPT = /^[A-Za-z0-9_-]{1,64}$/;

function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw new StoreError('invalid', `No store accepts ${what}.`);
}

export function checkKey(value: unknown): asserts value is Key {
  check(isKey(value), 'a key that is not 43 characters of base64url');
}

export function checkAttempt(value: unknown): void {
  check(typeof value === 'string' && ATTEMPT.test(value), 'an attempt that is not 1 to 64 characters of base64url');
}

export function checkInstant(value: unknown): void {
  check(Number.isSafeInteger(value) && Math.abs(value as number) <= NEVER, 'an instant that is no whole millisecond');
}

/** A text of any length: no U+0000, no lone surrogate. */
export function checkText(value: unknown, what: string): asserts value is string {
  check(typeof value === 'string', `${what} that is no text`);
  check(!value.includes('\0'), `U+0000 in ${what}`);
  check(value.isWellFormed(), `a lone surrogate in ${what}`);
}

function checkBytes(value: unknown, most: number, what: string): asserts value is string {
  checkText(value, what);
  check(Buffer.byteLength(value) <= most, `${what} of more than ${most} bytes`);
}

function checkClientId(value: unknown): void {
  checkText(value, 'a client id');
  check(value.length > 0 && value.length <= STORE_LIMITS.clientId, 'a client id of no or more than 255 characters');
}

function checkSubject(value: unknown): void {
  checkBytes(value, STORE_LIMITS.subject, 'a subject');
  check(value.length > 0, 'an empty subject');
}

function checkLife(record: { expiresAt: number; purgeAt: number }): void {
  checkInstant(record.expiresAt);
  checkInstant(record.purgeAt);
}

function checkToken(token: NewToken): void {
  if (token.grantId !== null) checkKey(token.grantId);
  checkClientId(token.clientId);
  if (token.subject !== null) checkSubject(token.subject);
  for (const text of [...token.scope, ...token.audience]) checkText(text, 'a scope or audience');
  checkBytes(token.scope.join(' '), STORE_LIMITS.scope, 'a scope');
  checkInstant(token.issuedAt);
  checkBytes(token.data, STORE_LIMITS.json, 'data');
}

function checkRegister(register: NewRegister): void {
  if (register.clientId !== null) checkClientId(register.clientId);
  if (register.subject !== null) checkSubject(register.subject);
  if (register.sessionId !== null) checkKey(register.sessionId);
  checkInstant(register.createdAt);
  checkBytes(register.data, STORE_LIMITS.json, 'data');
  if (register.state !== null) checkBytes(register.state, STORE_LIMITS.json, 'state');
}

function checkChange(change: Change): void {
  checkKey(change.key);
  check(Number.isSafeInteger(change.from) && change.from >= 1, 'a version below 1');
  if (change.state !== null) checkBytes(change.state, STORE_LIMITS.json, 'state');
  if (change.expiresAt !== undefined) checkInstant(change.expiresAt);
  if (change.purgeAt !== undefined) checkInstant(change.purgeAt);
}

export function checkWrite({ attempt, change, add = [] }: Write): void {
  checkAttempt(attempt);
  check(change !== undefined || add.length > 0, 'a write of nothing');
  if (change) checkChange(change);
  const names = new Set<string>();
  for (const addition of add) {
    checkKey(addition.key);
    checkLife(addition);
    if (addition.kind === 'access_token') checkToken(addition);
    else checkRegister(addition);
    names.add(nameOf(addition));
  }
  check(names.size === add.length, 'one key twice in one write');
}

export function nameOf({ kind, key }: Pick<Addition, 'kind' | 'key'>): string {
  return `${kind}/${key}`;
}

export function checkRevocation(what: Revocation, at: number, reason: string): void {
  for (const key of 'grants' in what ? what.grants : [what.token]) checkKey(key);
  checkInstant(at);
  checkText(reason, 'a reason');
}

const LISTED_BY: Readonly<Record<RegisterKind, readonly (keyof ListBy)[]>> = {
  grant: ['subject', 'client', 'session'],
  consent: ['subject', 'client'],
  session: ['subject'],
  client: [],
  client_epoch: [],
};

export function checkList(kind: RegisterKind, by: ListBy, page: PageRequest): void {
  const given = (Object.keys(by) as (keyof ListBy)[]).filter((name) => by[name] !== undefined);
  check(kind !== 'client_epoch', 'a listing of client epochs');
  check(kind === 'client' || given.length > 0, 'a listing by nothing');
  check(
    given.every((name) => LISTED_BY[kind].includes(name)),
    'a listing by what this kind is not listed by',
  );
  if (by.subject !== undefined) checkSubject(by.subject);
  if (by.client !== undefined) checkClientId(by.client);
  if (by.session !== undefined) checkKey(by.session);
  const { limit, after } = page;
  check(Number.isInteger(limit) && limit >= 1 && limit <= STORE_LIMITS.page, 'a page of less than 1 or more than 1000');
  check(after === undefined || after === null || isKey(after), 'a cursor that no page gave');
}

export function checkOnce(space: string, nonce: Key, at: number, until: number, attempt: string): void {
  checkText(space, 'a space');
  checkKey(nonce);
  checkInstant(at);
  checkInstant(until);
  checkAttempt(attempt);
}

export function checkCount(counter: string, key: Key): void {
  checkText(counter, 'a counter');
  checkKey(key);
}
