import { describe, expect, it } from 'vitest';
import type { Key } from '../store/brands.ts';
import type { Grant, GrantState, RefreshState } from './grant.ts';
import { type CodePresented, codeVerdict, type RefreshPresented, refreshVerdict } from './verdict.ts';

const NOW = 1_000_000;
const hash = (name: string): Key => name as Key;

function aGrant({
  consent = false,
  challenge = false,
  revoked = false,
  code = {},
  refresh = null as RefreshState | null,
} = {}): Grant {
  const state: GrantState = {
    v: 1,
    code: { hash: hash('code'), expiresAt: NOW + 1, spentAt: null, ...code },
    refresh,
  };
  return {
    register: {
      clientId: 'app',
      version: 1,
      revoked: revoked ? { at: NOW, reason: 'test' } : null,
    } as Grant['register'],
    data: {
      redirectUri: 'r',
      scope: ['a', 'b'],
      challenge: challenge ? { method: 'S256', value: 'x' } : null,
      consent,
    } as unknown as Grant['data'],
    state,
  };
}

const standing = { session: true, consent: ['a', 'b'], owner: true };
const presentedCode: CodePresented = {
  hash: hash('code'),
  clientId: 'app',
  redirectUri: 'r',
  verifier: 'absent',
  now: NOW,
  standing,
};
const SPENT = { spentAt: NOW - 1 };

describe('codeVerdict', () => {
  const rows: readonly [string, Parameters<typeof aGrant>[0], Partial<CodePresented>, string][] = [
    ['a live code from its client is given', {}, {}, 'give'],
    ['[SEC-11] another hash is refused', {}, { hash: hash('other') }, 'refuse code-known'],
    [
      '[SEC-72] [SEC-10] another client is refused and nothing changes',
      {},
      { clientId: 'eve' },
      'refuse code-of-this-client',
    ],
    ['another redirect URI is refused', {}, { redirectUri: 's' }, 'refuse redirect-uri-of-authorization'],
    ['a left out redirect URI is another one', {}, { redirectUri: null }, 'refuse redirect-uri-of-authorization'],
    ['[SEC-21] a challenge without a verifier is refused', { challenge: true }, {}, 'refuse code-verifier-present'],
    [
      '[SEC-21] a verifier without a challenge is refused',
      {},
      { verifier: 'unexpected' },
      'refuse code-verifier-expected',
    ],
    [
      '[SEC-22] a wrong verifier burns the code',
      { challenge: true },
      { verifier: 'wrong' },
      'burn code-verifier-right',
    ],
    ['the right verifier is given', { challenge: true }, { verifier: 'right' }, 'give'],
    ['[SEC-50] one millisecond before its end it lives', {}, { now: NOW }, 'give'],
    ['[SEC-50] at its end it is dead', {}, { now: NOW + 1 }, 'refuse code-unexpired'],
    ['an expired code is not burnt', { challenge: true }, { now: NOW + 1, verifier: 'wrong' }, 'refuse code-unexpired'],
    ['[SEC-2] a spent code ends its family', { code: SPENT }, {}, 'revoke code-unspent'],
    [
      'a spent code with the right verifier ends its family',
      { code: SPENT, challenge: true },
      { verifier: 'right' },
      'revoke code-unspent',
    ],
    [
      'a spent code without the verifier ends nothing',
      { code: SPENT, challenge: true },
      { verifier: 'wrong' },
      'refuse code-unspent',
    ],
    [
      'a spent code from another client ends nothing',
      { code: SPENT },
      { clientId: 'eve' },
      'refuse code-of-this-client',
    ],
    ['a spent code is a replay after its end too', { code: SPENT }, { now: NOW + 99 }, 'revoke code-unspent'],
    ['a revoked grant gives nothing', { revoked: true }, {}, 'refuse grant-not-revoked'],
    ['the standing is asked for when it counts', {}, { standing: 'unread' }, 'read-standing'],
    ['an expired code asks for no standing', {}, { standing: 'unread', now: NOW + 1 }, 'refuse code-unexpired'],
    [
      '[SEC-9] an ended session is the end of its codes',
      {},
      { standing: { ...standing, session: false } },
      'refuse session-not-ended',
    ],
    [
      '[SEC-40] a disabled owner is the end of its codes',
      {},
      { standing: { ...standing, owner: false } },
      'refuse owner-enabled',
    ],
    [
      'a removed consent is the end of its codes',
      { consent: true },
      { standing: { ...standing, consent: null } },
      'refuse consent-not-removed',
    ],
    [
      'a consent must cover the whole scope',
      { consent: true },
      { standing: { ...standing, consent: ['a'] } },
      'refuse consent-covers-scope',
    ],
    ['without a needed consent none is asked for', {}, { standing: { ...standing, consent: null } }, 'give'],
    [
      'what fell is refused, not burnt',
      { challenge: true },
      { verifier: 'wrong', standing: { ...standing, session: false } },
      'refuse session-not-ended',
    ],
  ];
  it.each(rows)('%s', (_, grant, presented, expected) => {
    const verdict = codeVerdict(aGrant(grant), { ...presentedCode, ...presented });
    expect('check' in verdict ? `${verdict.kind} ${verdict.check}` : verdict.kind).toBe(expected);
  });
});

const sealed = { answer: 'sealed', request: hash('same') };
const aRefresh = (over: Partial<RefreshState> = {}): RefreshState => ({
  generation: 5,
  current: hash('r5'),
  previous: hash('r4'),
  expiresAt: NOW + 100,
  sealed,
  until: NOW + 10,
  ...over,
});
const presentedRefresh: RefreshPresented = {
  generation: 5,
  hash: hash('r5'),
  clientId: 'app',
  request: hash('same'),
  now: NOW,
  tolerance: 4,
  lastGeneration: 1000,
  wasCurrent: false,
};
const PREVIOUS = { generation: 4, hash: hash('r4') };

describe('refreshVerdict', () => {
  const rows: readonly [string, Partial<RefreshState>, Partial<RefreshPresented>, string][] = [
    ['the current token rotates', {}, {}, 'rotate'],
    [
      '[SEC-10] another client is refused and nothing changes',
      {},
      { clientId: 'eve' },
      'refuse refresh-token-of-this-client',
    ],
    ['the current generation with another secret is refused', {}, { hash: hash('x') }, 'refuse refresh-token-known'],
    ['[SEC-50] at its end it is refused', {}, { now: NOW + 100 }, 'refuse refresh-token-unexpired'],
    ['[SEC-50] one millisecond before its end it rotates', {}, { now: NOW + 99 }, 'rotate'],
    ['the last generation does not rotate', {}, { lastGeneration: 5 }, 'refuse refresh-token-generations-left'],
    ['[SEC-109] the previous one inside its grace gets the answer again', {}, PREVIOUS, 'answer-again'],
    ['the same after the successor ran out', { expiresAt: NOW - 1 }, PREVIOUS, 'answer-again'],
    [
      'a retry that asks for something else is refused',
      {},
      { ...PREVIOUS, request: hash('more') },
      'refuse retry-asks-the-same',
    ],
    [
      'the previous one with another secret is refused',
      {},
      { ...PREVIOUS, hash: hash('x') },
      'refuse refresh-token-known',
    ],
    [
      'at the end of the grace nobody is accused yet',
      {},
      { ...PREVIOUS, now: NOW + 10 },
      'refuse refresh-token-inside-grace',
    ],
    ['nor until two clocks must agree', {}, { ...PREVIOUS, now: NOW + 13 }, 'refuse refresh-token-inside-grace'],
    ['after that it is reuse', {}, { ...PREVIOUS, now: NOW + 14 }, 'revoke refresh-token-unused'],
    ['an older generation is reuse', {}, { generation: 3, hash: hash('?') }, 'revoke refresh-token-unused'],
    [
      'who has read it as current is overtaken, not a thief',
      {},
      { ...PREVIOUS, now: NOW + 14, wasCurrent: true },
      'overtaken',
    ],
    ['so is who was overtaken twice', {}, { generation: 3, wasCurrent: true }, 'overtaken'],
    ['[SEC-111] newer than the store knows accuses nobody', {}, { generation: 6 }, 'behind'],
    ['newer than what has ended is refused', {}, { generation: 6, now: NOW + 100 }, 'refuse refresh-token-unexpired'],
    ['mode none: the previous one gets its answer inside the grace', { current: null }, PREVIOUS, 'answer-again'],
    [
      'mode none: after the grace it is refused, never reuse',
      { current: null },
      { ...PREVIOUS, now: NOW + 14 },
      'refuse refresh-token-known',
    ],
    [
      'mode none: an older one is refused, never reuse',
      { current: null },
      { generation: 2 },
      'refuse refresh-token-known',
    ],
    [
      'mode none: a generation never given out is refused',
      { current: null },
      { hash: hash('?') },
      'refuse refresh-token-known',
    ],
    [
      'the first generation has nothing before it',
      { generation: 1, previous: null },
      { generation: 0 },
      'refuse refresh-token-known',
    ],
  ];
  it.each(rows)('%s', (_, refresh, presented, expected) => {
    const verdict = refreshVerdict(aGrant({ refresh: aRefresh(refresh) }), { ...presentedRefresh, ...presented });
    expect('check' in verdict ? `${verdict.kind} ${verdict.check}` : verdict.kind).toBe(expected);
  });

  it('gives nothing on a revoked grant, and nothing where no refresh token was given', () => {
    expect(refreshVerdict(aGrant({ refresh: aRefresh(), revoked: true }), presentedRefresh)).toEqual({
      kind: 'refuse',
      check: 'grant-not-revoked',
    });
    expect(refreshVerdict(aGrant({}), presentedRefresh)).toEqual({ kind: 'refuse', check: 'refresh-token-known' });
  });
});
