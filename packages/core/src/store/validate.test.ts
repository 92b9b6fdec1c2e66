import { describe, expect, it } from 'vitest';
import { type Key, NEVER } from './brands.ts';
import type { NewRegister, NewToken } from './records.ts';
import type { ListBy, Revocation, Write } from './store.ts';
import { StoreError } from './store-error.ts';
import {
  checkCount,
  checkFind,
  checkList,
  checkOnce,
  checkRevoke,
  checkSweep,
  checkWrite,
  STORE_LIMITS,
} from './validate.ts';

const KEY = 'k'.repeat(43) as Key;

const token = (members: Partial<Record<keyof NewToken, unknown>> = {}): NewToken =>
  ({
    kind: 'access_token',
    key: KEY,
    grantId: KEY,
    clientId: 'client',
    subject: 'owner',
    scope: ['read'],
    audience: [],
    issuedAt: 1_000,
    expiresAt: 2_000,
    purgeAt: 3_000,
    data: '{}',
    ...members,
  }) as NewToken;

const register = (members: Partial<Record<keyof NewRegister, unknown>> = {}): NewRegister =>
  ({
    kind: 'grant',
    key: KEY,
    clientId: 'client',
    subject: 'owner',
    sessionId: null,
    createdAt: 0,
    expiresAt: NEVER,
    purgeAt: NEVER,
    data: '{}',
    state: null,
    ...members,
  }) as NewRegister;

const adding = (addition: NewToken | NewRegister): Write => ({ attempt: 'a', add: [addition] });
const changing = (members: object): Write => ({
  attempt: 'a',
  change: { kind: 'grant', key: KEY, from: 1, state: null, ...members } as Write['change'] & object,
});

const refusal = (call: () => void): StoreError => {
  try {
    call();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('not refused');
};
const invalid = (call: () => void): void => expect(refusal(call).kind).toBe('invalid');

describe('what every store refuses before any statement', () => {
  it('takes what core writes', () => {
    checkWrite({ attempt: 'x'.repeat(64), add: [token(), register()] });
    checkWrite(changing({ state: '{"v":1}', expiresAt: 5, purgeAt: 6 }));
    checkWrite(adding(token({ grantId: null, subject: null, expiresAt: 1, purgeAt: 1 })));
    checkFind('access_token', KEY);
    checkRevoke({ grants: [KEY] }, 1, 'logout');
    checkRevoke({ token: KEY }, 1, 'revoked');
    checkList('grant', { client: 'client', subject: 'owner', session: KEY }, { limit: 1000, after: null });
    checkList('client', {}, { limit: 1 });
    checkOnce('space', KEY, 1, 2, 'a');
    checkCount('logins', KEY, 1, 1, 0);
    checkSweep({ at: 1, batch: 1, budgetMs: 0 });
  });

  it.each([42, true, [KEY], {}, null, undefined, '', `${KEY}k`, KEY.slice(1), `${KEY.slice(1)} `])(
    '[SEC-116] %j is not a key',
    (value) => {
      invalid(() => checkFind('grant', value));
      invalid(() => checkOnce('space', value, 1, 2, 'a'));
      invalid(() => checkCount('logins', value, 1, 1, 1));
      invalid(() => checkRevoke({ grants: [value as Key] }, 1, 'x'));
      invalid(() => checkWrite(adding(token({ key: value }))));
    },
  );

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no list of grants', { grants: undefined }],
    ['an empty grant', { grants: [''] }],
    ['no token', {}],
    ['both', { grants: [KEY], token: KEY }],
    ['a token of nobody', { token: KEY, of: { clientId: undefined, purgeAt: 1 } }],
    ['a token that is gone at no instant', { token: KEY, of: { clientId: 'app', purgeAt: 1.5 } }],
  ])('[SEC-113] a revocation that names %s is refused', (_, what) => {
    invalid(() => checkRevoke(what as Revocation, 1, 'x'));
  });

  it('an empty list of grants is nobody, an empty reason is one', () => {
    checkRevoke({ grants: [] }, 1, '');
  });

  it('[SEC-113] nobody is null, and never an empty text', () => {
    checkWrite(adding(register({ subject: null, clientId: null })));
    invalid(() => checkWrite(adding(register({ subject: '' }))));
    invalid(() => checkWrite(adding(register({ clientId: '' }))));
    invalid(() => checkWrite(adding(token({ subject: '' }))));
  });

  it.each<[Parameters<typeof checkList>[0], ListBy]>([
    ['grant', {}],
    ['grant', { subject: '' }],
    ['grant', { client: '' }],
    ['grant', { session: '' as Key }],
    ['consent', { session: KEY }],
    ['session', { client: 'client' }],
    ['client', { client: 'client' }],
  ])('[SEC-113] %s are not listed by %j', (kind, by) => {
    invalid(() => checkList(kind, by, { limit: 10 }));
  });

  it.each([0, -1, 1001, 1.5, Number.NaN])('a page of %d records is refused', (limit) => {
    invalid(() => checkList('client', {}, { limit }));
  });

  it.each(['', 'x'.repeat(65), 'with space', 7])('%j names no attempt', (attempt) => {
    invalid(() => checkWrite({ ...adding(token()), attempt: attempt as string }));
    invalid(() => checkOnce('space', KEY, 1, 2, attempt as string));
  });

  it.each(['U+0000: \0', 'lone \ud800 surrogate', '\udc00'])('%j is refused in every text', (text) => {
    for (const member of ['clientId', 'subject', 'data'] as const) {
      invalid(() => checkWrite(adding(token({ [member]: text }))));
      invalid(() => checkWrite(adding(register({ [member]: text }))));
    }
    for (const member of ['scope', 'audience']) invalid(() => checkWrite(adding(token({ [member]: [text] }))));
    invalid(() => checkWrite(adding(register({ state: text }))));
    invalid(() => checkWrite(changing({ state: text })));
    invalid(() => checkOnce(text, KEY, 1, 2, 'a'));
    invalid(() => checkCount(text, KEY, 1, 1, 1));
    invalid(() => checkList('grant', { subject: text }, { limit: 1 }));
  });

  it.each<[string, (text: string) => NewToken | NewRegister, number]>([
    ['a client id, in characters', (clientId) => token({ clientId }), STORE_LIMITS.clientId],
    ['a subject', (subject) => register({ subject }), STORE_LIMITS.subject],
    ['scopes in all', (text) => token({ scope: [text.slice(1001), text.slice(0, 1000)] }), STORE_LIMITS.scope],
    ['data', (data) => token({ data }), STORE_LIMITS.json],
    ['state', (state) => register({ state }), STORE_LIMITS.json],
  ])('%s: the limit is taken, one more is refused', (_, make, limit) => {
    checkWrite(adding(make('x'.repeat(limit))));
    invalid(() => checkWrite(adding(make('x'.repeat(limit + 1)))));
  });

  it('limits count bytes where they say bytes, characters where they say characters', () => {
    checkWrite(adding(token({ clientId: '😀'.repeat(127) })));
    checkWrite(adding(token({ subject: 'é'.repeat(1024) })));
    invalid(() => checkWrite(adding(token({ subject: `${'é'.repeat(1024)}x` }))));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1.5, NEVER + 1, '1', null])('%j is no instant', (at) => {
    for (const member of ['issuedAt', 'expiresAt', 'purgeAt'])
      invalid(() => checkWrite(adding(token({ [member]: at }))));
    invalid(() => checkWrite(adding(register({ createdAt: at }))));
    invalid(() => checkWrite(changing({ purgeAt: at })));
    invalid(() => checkRevoke({ token: KEY }, at as number, 'x'));
  });

  it('a record is not purged before it expires', () => {
    invalid(() => checkWrite(adding(token({ purgeAt: 1_999 }))));
    invalid(() => checkWrite(adding(register({ expiresAt: 2, purgeAt: 1 }))));
  });

  it('a write changes or adds something, from a version, of a kind', () => {
    invalid(() => checkWrite({ attempt: 'a' }));
    invalid(() => checkWrite({ attempt: 'a', add: [] }));
    invalid(() => checkWrite(changing({ from: 0 })));
    invalid(() => checkWrite(changing({ kind: 'access_token' })));
    invalid(() => checkWrite(adding(register({ kind: 'constructor' }))));
  });

  it('a refusal repeats nothing of what it refuses', () => {
    const secret = `${'s3cret'.repeat(8)}`;
    expect(refusal(() => checkFind('grant', secret)).message).not.toContain('s3cret');
    expect(refusal(() => checkWrite(adding(token({ subject: `${secret}\0` })))).message).not.toContain('s3cret');
  });
});
