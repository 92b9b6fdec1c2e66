import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../server/defaults.ts';
import { everythingSaid, refused } from './refused.test-support.ts';
import { grantScope, isScopeToken, parseScope, scopeStillRegistered } from './scope.ts';

const parse = (text: string | undefined) => parseScope(text, DEFAULT_LIMITS);

describe('a scope parameter', () => {
  it.each(['a b', 'a,b', 'a, b', 'a b a', 'a,b,a, b'])('[SEC-78] [AX-21] reads %j as the same two', (text) => {
    expect(parse(text)).toEqual(['a', 'b']);
  });

  it('keeps the order asked for, and every character of RFC 6749 3.3', () => {
    expect(parse('write read admin')).toEqual(['write', 'read', 'admin']);
    const legal = Array.from({ length: 0x7f - 0x21 }, (_, i) => String.fromCharCode(0x21 + i))
      .filter((character) => !['"', '\\', ','].includes(character))
      .join('');
    expect(parse(legal)).toEqual([legal]);
  });

  it('[SEC-95] accepts a slash in a scope name', () => {
    expect(parse('https://localhost:8090/auth/userinfo.email')).toEqual(['https://localhost:8090/auth/userinfo.email']);
  });

  it('is empty where nothing was asked for', () => {
    expect(parse(undefined)).toEqual([]);
    expect(parse('')).toEqual([]);
  });

  it.each([
    ' a',
    'a ',
    'a  b',
    ',a',
    'a,',
    'a,,b',
    'a ,b',
    'a,  b',
    ' ',
    ',',
    'a\tb',
    'a\nb',
    'a\rb',
    'a"b',
    'a\\b',
    'a\u007f',
    'é',
    'a\u00a0b',
    'a\u0001',
  ])('[SEC-71] refuses %j', (text) => {
    expect(refused(() => parse(text))).toMatchObject({ code: 'invalid_scope', status: 400 });
  });

  it('[SEC-71] says the same whatever it was that it refused', () => {
    const said = ['a\r\nX: y', 'a"b', 'é'].map((text) => everythingSaid(refused(() => parse(text))));
    expect(new Set(said).size).toBe(1);
  });

  it('[SEC-43] takes as much as allowed, and not one more', () => {
    const { scope, scopeToken, scopeTokens } = DEFAULT_LIMITS;
    expect(parse('x'.repeat(scopeToken))).toHaveLength(1);
    expect(refused(() => parse('x'.repeat(scopeToken + 1))).code).toBe('invalid_scope');
    const many = Array.from({ length: scopeTokens }, (_, i) => `s${i}`);
    expect(parse(many.join(' '))).toHaveLength(scopeTokens);
    expect(refused(() => parse([...many, 'last'].join(' '))).code).toBe('invalid_scope');
    const long = Array.from({ length: 16 }, (_, i) => String.fromCharCode(97 + i).repeat(scopeToken)).join(' ');
    expect(parse(long)).toHaveLength(16);
    const exact = `${long.slice(0, scope - 2)} z`;
    expect(exact).toHaveLength(scope);
    expect(parse(exact)).toHaveLength(17);
    expect(refused(() => parse(`${exact}z`)).failed.check).toBe('scope-size');
  });

  it('[SEC-43] refuses a hundred thousand tokens by their size alone', () => {
    expect(refused(() => parse('a '.repeat(100_000))).failed.check).toBe('scope-size');
  });
});

describe('the scopes that may be granted', () => {
  const grantTypes = ['authorization_code'];
  const client = { scopes: ['read', 'write', 'a/b'], defaultScopes: ['read'], grantTypes };
  const grant = (requested: string[], match: 'any' | 'all' = 'any', openidScope = true) =>
    grantScope({ requested, client, match, openidScope });

  it('[AX-78] Any: what is both asked for and registered, in the order asked', () => {
    expect(grant(['write', 'other', 'read'])).toEqual(['write', 'read']);
  });

  it('[AX-78] Any: nothing in common is invalid_scope', () => {
    expect(refused(() => grant(['other'])).code).toBe('invalid_scope');
  });

  it('tells the operator, and not the client, which scopes are not registered', () => {
    for (const error of [refused(() => grant(['x', 'y'])), refused(() => grant(['write', 'x', 'y'], 'all'))]) {
      expect(error.failed).toMatchObject({ check: 'scope-registered', got: 'x y' });
      expect(error.message).toBe('The requested scope is invalid, unknown or malformed.');
    }
  });

  it('[AX-79] All: everything asked for, or invalid_scope', () => {
    expect(grant(['write', 'read'], 'all')).toEqual(['write', 'read']);
    expect(refused(() => grant(['write', 'other'], 'all')).code).toBe('invalid_scope');
  });

  it('[AX-80] [SEC-80] nothing asked for: the defaults and no more', () => {
    expect(grant([])).toEqual(['read']);
    expect(grant([], 'all')).toEqual(['read']);
  });

  it('[SEC-80] nothing asked for and no defaults: invalid_scope', () => {
    const without = { scopes: ['read'], defaultScopes: [], grantTypes };
    const error = refused(() => grantScope({ requested: [], client: without, match: 'any', openidScope: true }));
    expect(error.code).toBe('invalid_scope');
  });

  it('[AX-82] the scopes of OpenID Connect are valid for every client', () => {
    const all = ['openid', 'profile', 'email', 'address', 'phone'];
    expect(grant(all, 'all')).toEqual(all);
  });

  it('[AX-82] [AX-244] openid has a switch, the others have not', () => {
    expect(grant(['openid', 'email'], 'any', false)).toEqual(['email']);
    expect(refused(() => grant(['openid'], 'any', false)).code).toBe('invalid_scope');
  });

  it('offline_access is valid for who may have refresh tokens (OpenID Connect Core 11)', () => {
    const refreshing = { ...client, grantTypes: ['authorization_code', 'refresh_token'] };
    const asked = { requested: ['openid', 'offline_access'], match: 'any', openidScope: true } as const;
    expect(grantScope({ ...asked, client: refreshing })).toEqual(['openid', 'offline_access']);
    expect(grantScope({ ...asked, client })).toEqual(['openid']);
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('[SEC-61] %s is unknown', (scope) => {
    expect(refused(() => grant([scope])).code).toBe('invalid_scope');
    expect(scopeStillRegistered([scope], client, true)).toBe(false);
  });

  it('[SEC-14] says when a scope was taken from the client since', () => {
    expect(scopeStillRegistered(['read', 'openid'], client, true)).toBe(true);
    expect(scopeStillRegistered(['read', 'gone'], client, true)).toBe(false);
    expect(scopeStillRegistered(['read', 'openid'], client, false)).toBe(false);
  });

  it('a registered name is a token without the separators', () => {
    expect(['a/b', 'a.b:c', "a'b"].every(isScopeToken)).toBe(true);
    expect(['', 'a b', 'a,b', 'a"', 'é', '\0'].some(isScopeToken)).toBe(false);
  });
});
