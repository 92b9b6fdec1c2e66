import { type Instant, isKey, NEVER } from './brands.ts';
import type { Change, Kind, NewRegister, NewToken, RegisterKind } from './records.ts';
import type { Addition, ListBy, PageRequest, Revocation, SweepOptions, TokenOf, Write } from './store.ts';
import { StoreError } from './store-error.ts';

/** What every store takes and none exceeds: beyond it a value is refused as `invalid`, never cut. */
export const STORE_LIMITS = {
  /** Characters of a key: base64url of SHA-256. */
  key: 43,
  /** Characters of an attempt, base64url. */
  attempt: 64,
  /** UTF-16 code units, as JavaScript counts them. */
  clientId: 255,
  /** Bytes of UTF-8. */
  subject: 2_048,
  /** Bytes of UTF-8 of all scopes, one space between two. */
  scope: 4_096,
  /** Bytes of UTF-8 of all audiences, one space between two: ten resources of 2048. */
  audience: 20_489,
  /** Bytes of UTF-8, each of `data` and `state`. */
  json: 65_536,
  /** Bytes of UTF-8 of the name of a counter or of a space of nonces, and of a reason. */
  name: 2_048,
  /** Records of one page. */
  page: 1_000,
  /** Failures of one counter in a window: every store counts so many exactly, and no limit of failures is higher. */
  failures: 1_000,
} as const;

/** What registers of a kind are listed by; a kind with none is listed whole. */
const LISTED_BY: Readonly<Record<RegisterKind, readonly (keyof ListBy)[]>> = {
  grant: ['subject', 'client', 'session'],
  consent: ['subject', 'client'],
  session: ['subject'],
  client: [],
  client_epoch: [],
};

const ATTEMPT = /^[A-Za-z0-9_-]{1,64}$/;

/** Every store calls these first, so that what one refuses all refuse, before any statement. @throws StoreError `invalid` */
export function checkWrite(write: Write): void {
  checkAttempt(write.attempt);
  if (write.change === undefined && !write.add?.length) refuse('A write changes or adds something.');
  if (write.change) checkChange(write.change);
  for (const addition of write.add ?? []) checkAddition(addition);
}

/** @throws StoreError `invalid` */
export function checkFind(kind: Kind, key: unknown): void {
  if (kind !== 'access_token') checkRegisterKind(kind);
  checkKey(key, 'key');
}

/** An empty name is refused (SEC-113): what was lost on the way here must not look done. An empty list names nobody. */
export function checkRevoke(what: Revocation, at: Instant, reason: string): void {
  if (typeof what !== 'object' || what === null) refuse('A revocation names grants or a token.');
  if ('grants' in what && 'token' in what) refuse('A revocation names grants or a token, not both.');
  if ('grants' in what) {
    if (!Array.isArray(what.grants)) refuse('A revocation of grants names a list of them.');
    for (const key of what.grants) checkKey(key, 'grant');
  } else {
    checkKey(what.token, 'token');
    if (what.of !== undefined) checkTokenOf(what.of);
  }
  checkInstant(at, 'at');
  checkText(reason, STORE_LIMITS.name, 'reason');
}

function checkTokenOf({ clientId, purgeAt }: TokenOf): void {
  checkText(clientId, STORE_LIMITS.name, 'clientId');
  checkInstant(purgeAt, 'purgeAt');
}

/** @throws StoreError `invalid` */
export function checkList(kind: RegisterKind, by: ListBy, page: PageRequest): void {
  checkRegisterKind(kind);
  const named = Object.keys(by).filter((name) => by[name as keyof ListBy] !== undefined);
  const allowed: readonly string[] = LISTED_BY[kind];
  if (named.some((name) => !allowed.includes(name)) || (allowed.length > 0 && named.length === 0))
    refuse(`Registers of kind ${kind} are listed ${allowed.length > 0 ? `by ${allowed.join(' or ')}` : 'whole'}.`);
  if (by.subject !== undefined) checkSubject(by.subject);
  if (by.client !== undefined) checkClientId(by.client);
  if (by.session !== undefined) checkKey(by.session, 'session');
  if (!Number.isInteger(page.limit) || page.limit < 1 || page.limit > STORE_LIMITS.page)
    refuse(`A page has 1 to ${STORE_LIMITS.page} records.`);
  if (page.after !== undefined && page.after !== null && typeof page.after !== 'string')
    refuse('A cursor is what the page before gave.');
}

/** @throws StoreError `invalid` */
export function checkOnce(space: string, nonce: unknown, at: Instant, until: Instant, attempt: string): void {
  checkName(space, 'space');
  checkKey(nonce, 'nonce');
  checkInstant(at, 'at');
  checkInstant(until, 'until');
  checkAttempt(attempt);
}

/** @throws StoreError `invalid` */
export function checkCount(counter: string, key: unknown, at: Instant, window: number, add: 0 | 1): void {
  checkCounter(counter, key);
  checkInstant(at, 'at');
  if (!Number.isSafeInteger(window) || window < 1) refuse('A window is a positive number of milliseconds.');
  if (add !== 0 && add !== 1) refuse('A count adds 0 or 1.');
}

/** Of a read or a clear. @throws StoreError `invalid` */
export function checkCounter(counter: string, key: unknown): void {
  checkName(counter, 'counter');
  checkKey(key, 'key');
}

/** @throws StoreError `invalid` */
export function checkSweep({ at, batch, budgetMs }: SweepOptions): void {
  checkInstant(at, 'at');
  if (!Number.isSafeInteger(batch) || batch < 1) refuse('A batch is a positive number of rows.');
  if (!(budgetMs >= 0)) refuse('A budget is a number of milliseconds, 0 or more.');
}

function checkAddition(addition: Addition): void {
  if (addition.kind === 'access_token') checkToken(addition);
  else checkRegister(addition);
}

function checkToken(token: NewToken): void {
  checkKey(token.key, 'key');
  if (token.grantId !== null) checkKey(token.grantId, 'grantId');
  checkClientId(token.clientId);
  if (token.subject !== null) checkSubject(token.subject);
  checkTexts(token.scope, STORE_LIMITS.scope, 'scope');
  checkTexts(token.audience, STORE_LIMITS.audience, 'audience');
  checkInstant(token.issuedAt, 'issuedAt');
  checkLife(token);
  checkText(token.data, STORE_LIMITS.json, 'data');
}

function checkRegister(register: NewRegister): void {
  checkRegisterKind(register.kind);
  checkKey(register.key, 'key');
  if (register.clientId !== null) checkClientId(register.clientId);
  if (register.subject !== null) checkSubject(register.subject);
  if (register.sessionId !== null) checkKey(register.sessionId, 'sessionId');
  checkInstant(register.createdAt, 'createdAt');
  checkLife(register);
  checkText(register.data, STORE_LIMITS.json, 'data');
  if (register.state !== null) checkText(register.state, STORE_LIMITS.json, 'state');
}

function checkChange(change: Change): void {
  checkRegisterKind(change.kind);
  checkKey(change.key, 'key');
  if (!Number.isSafeInteger(change.from) || change.from < 1) refuse('A change names the version it starts from.');
  if (change.state !== null) checkText(change.state, STORE_LIMITS.json, 'state');
  if (change.expiresAt !== undefined) checkInstant(change.expiresAt, 'expiresAt');
  if (change.purgeAt !== undefined) checkInstant(change.purgeAt, 'purgeAt');
}

function checkLife({ expiresAt, purgeAt }: { readonly expiresAt: Instant; readonly purgeAt: Instant }): void {
  checkInstant(expiresAt, 'expiresAt');
  checkInstant(purgeAt, 'purgeAt');
  if (purgeAt < expiresAt) refuse('purgeAt is before expiresAt.');
}

function checkRegisterKind(kind: unknown): void {
  if (typeof kind !== 'string' || !Object.hasOwn(LISTED_BY, kind)) refuse('No such kind of record.');
}

function checkKey(value: unknown, what: string): void {
  if (!isKey(value)) refuse(`The ${what} is not a well-formed key.`);
}

function checkAttempt(value: unknown): void {
  if (typeof value !== 'string' || !ATTEMPT.test(value))
    refuse(`An attempt is 1 to ${STORE_LIMITS.attempt} characters of base64url.`);
}

function checkInstant(value: unknown, what: string): void {
  if (!Number.isSafeInteger(value) || Math.abs(value as number) > NEVER)
    refuse(`${what} is not a whole number of milliseconds that a date can hold.`);
}

function checkClientId(value: unknown): void {
  checkText(value, STORE_LIMITS.clientId * 3, 'client id');
  if (value === '' || value.length > STORE_LIMITS.clientId)
    refuse(`A client id has 1 to ${STORE_LIMITS.clientId} characters.`);
}

/** Nobody is null; some databases take an empty text for that. */
function checkSubject(value: unknown): void {
  checkText(value, STORE_LIMITS.subject, 'subject');
  if (value === '') refuse('The subject is empty.');
}

function checkName(value: unknown, what: string): void {
  checkText(value, STORE_LIMITS.name, what);
  if (value === '') refuse(`The ${what} is empty.`);
}

function checkTexts(values: readonly string[], bytes: number, what: string): void {
  if (!Array.isArray(values)) refuse(`The ${what} is not a list.`);
  let total = Math.max(0, values.length - 1);
  for (const value of values) {
    checkText(value, bytes, what);
    total += Buffer.byteLength(value);
  }
  if (total > bytes) refuse(`The ${what} is over ${bytes} bytes.`);
}

/** U+0000 and lone surrogates: some databases refuse them and some alter them, so no store takes them. */
function checkText(value: unknown, bytes: number, what: string): asserts value is string {
  if (typeof value !== 'string') refuse(`The ${what} is not a text.`);
  // A UTF-16 unit is at most three bytes of UTF-8: short texts are not measured.
  if (value.length * 3 > bytes && Buffer.byteLength(value) > bytes) refuse(`The ${what} is over ${bytes} bytes.`);
  if (value.includes('\0') || !value.isWellFormed()) refuse(`The ${what} has a U+0000 or a lone surrogate.`);
}

function refuse(message: string): never {
  throw new StoreError('invalid', message);
}
