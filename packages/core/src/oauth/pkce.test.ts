import { describe, expect, it } from 'vitest';
import { aClient } from '../grants/world.test-support.ts';
import { parseChallenge, verifierMatches } from './pkce.ts';
import { refused } from './refused.test-support.ts';

// RFC 7636 appendix B.
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const lenient = aClient({ requirePkce: false });
const strict = aClient({ requirePkce: true });
const plain = aClient({ requirePkce: false, allowPlainPkce: true });

describe('a code challenge', () => {
  it('is kept with its method', () => {
    expect(parseChallenge({ code_challenge: CHALLENGE, code_challenge_method: 'S256' }, strict, 'perClient')).toEqual({
      method: 'S256',
      value: CHALLENGE,
    });
  });

  it.each([
    ['no method, which means plain', { code_challenge: CHALLENGE }],
    ['plain', { code_challenge: CHALLENGE, code_challenge_method: 'plain' }],
    ['an unknown method', { code_challenge: CHALLENGE, code_challenge_method: 'S512' }],
    ['a method in another case', { code_challenge: CHALLENGE, code_challenge_method: 's256' }],
    ['a method of the prototype', { code_challenge: CHALLENGE, code_challenge_method: 'constructor' }],
    ['a method without a challenge', { code_challenge_method: 'S256' }],
    ['42 characters', { code_challenge: CHALLENGE.slice(1), code_challenge_method: 'S256' }],
    ['44 characters', { code_challenge: `${CHALLENGE}A`, code_challenge_method: 'S256' }],
    ['padding', { code_challenge: `${CHALLENGE}=`, code_challenge_method: 'S256' }],
    ['base64 instead of base64url', { code_challenge: `+${CHALLENGE.slice(1)}`, code_challenge_method: 'S256' }],
  ])('[SEC-22] is refused with %s', (_, parameters) => {
    for (const client of [lenient, strict])
      expect(refused(() => parseChallenge(parameters, client, 'perClient'))).toMatchObject({
        code: 'invalid_request',
        status: 400,
      });
  });

  it('[SEC-22] may be plain where the client is allowed to, within the grammar of a verifier', () => {
    expect(parseChallenge({ code_challenge: VERIFIER }, plain, 'all')).toEqual({ method: 'plain', value: VERIFIER });
    for (const value of ['x'.repeat(42), 'x'.repeat(129), `${VERIFIER}+`, `${VERIFIER} `])
      expect(refused(() => parseChallenge({ code_challenge: value }, plain, 'all')).code).toBe('invalid_request');
    expect(parseChallenge({ code_challenge: 'x'.repeat(128) }, plain, 'all')).not.toBeNull();
  });

  const pub = aClient({ type: 'public', requirePkce: false });
  it.each([
    ['all', lenient, true],
    ['all', pub, true],
    ['public', lenient, false],
    ['public', strict, false],
    ['public', pub, true],
    ['perClient', lenient, false],
    ['perClient', strict, true],
    ['perClient', pub, false],
  ] as const)('[SEC-21] is asked for by requirePkce %s as the client stands', (setting, client, required) => {
    if (required) expect(refused(() => parseChallenge({}, client, setting)).failed.check).toBe('pkce-required');
    else expect(parseChallenge({}, client, setting)).toBeNull();
  });
});

describe('a code verifier', () => {
  it('[SEC-22] matches its own challenge alone (RFC 7636 appendix B)', () => {
    expect(verifierMatches({ method: 'S256', value: CHALLENGE }, VERIFIER)).toBe(true);
    expect(verifierMatches({ method: 'S256', value: CHALLENGE }, `${VERIFIER.slice(0, -1)}l`)).toBe(false);
    expect(verifierMatches({ method: 'S256', value: CHALLENGE }, CHALLENGE)).toBe(false);
    expect(verifierMatches({ method: 'plain', value: CHALLENGE }, VERIFIER)).toBe(false);
    expect(verifierMatches({ method: 'plain', value: VERIFIER }, VERIFIER)).toBe(true);
  });

  it.each([
    ['42 characters', 'x'.repeat(42), false],
    ['43 characters', 'x'.repeat(43), true],
    ['128 characters', 'x'.repeat(128), true],
    ['129 characters', 'x'.repeat(129), false],
    ['a space', `${'x'.repeat(43)} `, false],
    ['a line end', `${'x'.repeat(43)}\n`, false],
    ['a plus', `+${'x'.repeat(43)}`, false],
    ['a letter outside ASCII', `é${'x'.repeat(43)}`, false],
    ['nothing', '', false],
  ])('[SEC-22] of %s is judged by the grammar first', (_, verifier, right) => {
    expect(verifierMatches({ method: 'plain', value: verifier }, verifier)).toBe(right);
  });
});
