import { describe, expect, test } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { fileLayer } from '../world.test-support.ts';
import { cookieRecipes } from './cookie-recipes.ts';
import { readCookie, writeCookie } from './cookies.ts';

const none = { owner: false, browser: false };

describe('reading', () => {
  test('finds the one cookie of a name', () => {
    expect(readCookie('a=1; VIDUSR=x=y; b=2', 'VIDUSR')).toBe('x=y');
    expect(readCookie(null, 'VIDUSR')).toBeNull();
    expect(readCookie('VIDUSR=', 'VIDUSR')).toBeNull();
    expect(readCookie('XVIDUSR=1; VIDUSRX=2', 'VIDUSR')).toBeNull();
  });

  test('[SEC-138] of two cookies with one name none is used, whichever comes first', () => {
    expect(readCookie('VIDUSR=ours; VIDUSR=theirs', 'VIDUSR')).toBeNull();
    expect(readCookie('VIDUSR=theirs; a=1;VIDUSR=ours', 'VIDUSR')).toBeNull();
    expect(readCookie('VIDUSR=same; VIDUSR=same', 'VIDUSR')).toBeNull();
  });
});

describe('the names and attributes', () => {
  test('[AX-50] [AX-51] [AX-226] are those of the settings', () => {
    const { owner, browser } = cookieRecipes({ issuer: 'https://as.example', chosen: { owner: true, browser: true } });
    expect(writeCookie(owner, 'v')).toBe('VIDUSR=v; Path=/; HttpOnly; Secure; SameSite=Lax');
    expect(writeCookie(browser, 'v')).toBe('VIDTXN=v; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Strict');
    const settings = {
      name: 'X',
      domain: 'as.example',
      path: '/api',
      secure: false,
      httpOnly: false,
      sameSite: 'None',
    } as const;
    const chosen = cookieRecipes({
      issuer: 'https://as.example',
      browser: { ...settings, ttlSeconds: 5 },
      chosen: { owner: false, browser: true },
    });
    expect(writeCookie(chosen.browser, 'v')).toBe('X=v; Path=/api; Domain=as.example; Max-Age=5; SameSite=None');
  });

  test('a removed cookie ends at once, with the same name and path', () => {
    const { owner } = cookieRecipes({ issuer: 'http://localhost:8089', chosen: none });
    expect(writeCookie(owner, null)).toBe('VIDUSR=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax');
  });

  test('__Host- comes before the name on https alone, and only where nothing was chosen', () => {
    const https = cookieRecipes({ issuer: 'https://as.example', chosen: none });
    expect([https.owner.name, https.browser.name]).toEqual(['__Host-VIDUSR', '__Host-VIDTXN']);
    const chosen = cookieRecipes({ issuer: 'https://as.example', chosen: { owner: true, browser: false } });
    expect([chosen.owner.name, chosen.browser.name]).toEqual(['VIDUSR', '__Host-VIDTXN']);
    expect(cookieRecipes({ issuer: 'http://localhost', chosen: none }).owner.name).toBe('VIDUSR');
    const insecure = cookieRecipes({ issuer: 'https://as.example', owner: { secure: false }, chosen: none });
    expect(insecure.owner.name).toBe('VIDUSR');
  });

  test('a cookie that no browser would keep is an error here', () => {
    const { owner } = cookieRecipes({ issuer: 'https://as.example', chosen: none });
    expect(writeCookie(owner, 'x'.repeat(3_900))).toContain('x; Path=/');
    expect(() => writeCookie(owner, 'x'.repeat(4_096))).toThrow(RangeError);
  });
});

describe('the setting of a name', () => {
  const load = (name: string): unknown => loadConfig([fileLayer({ login: { cookie: { name } } })]);

  test('[SEC-84] [AX-52] takes every character of an RFC 2616 token', () => {
    const token = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    expect(() => load(token)).not.toThrow();
    for (const character of token) expect(() => load(character)).not.toThrow();
    expect(readCookie(`a=1; ${token}=v`, token)).toBe('v');
  });

  test('[SEC-84] refuses every other one', () => {
    for (const character of '()<>@,;:\\"/[]?={} \t\r\n\0\x7fäé€')
      expect(() => load(`a${character}`)).toThrow(/login\.cookie\.name/);
    expect(() => load('')).toThrow(/login\.cookie\.name/);
  });
});
