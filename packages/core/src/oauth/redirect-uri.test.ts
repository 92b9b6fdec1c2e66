import { describe, expect, it } from 'vitest';
import { aClient } from '../grants/world.test-support.ts';
import { LOOPBACK, LOOPBACK_PORTS, NEARLY, NEARLY_LOOPBACK, REGISTERED } from './redirect-corpus.test-support.ts';
import {
  isNativeRedirectUri,
  matchRedirectUri,
  OUT_OF_BAND,
  redirectUriFault,
  resolveRedirectUri,
} from './redirect-uri.ts';
import { everythingSaid, refused } from './refused.test-support.ts';

describe('a redirect URI of a request', () => {
  it('[AX-20] is the registered one', () => {
    expect(matchRedirectUri(['https://other.example/cb', REGISTERED], REGISTERED)).toBe(true);
  });

  it.each(NEARLY)('[SEC-15] [SEC-16] [SEC-55] is not %j', (uri) => {
    expect(matchRedirectUri([REGISTERED], uri)).toBe(false);
  });

  it.each(LOOPBACK_PORTS)('[SEC-55] of a native client may have any port: %s', (uri) => {
    expect(matchRedirectUri([LOOPBACK], uri)).toBe(true);
    expect(matchRedirectUri(['http://127.0.0.1:3000/callback'], uri)).toBe(true);
  });

  it.each(NEARLY_LOOPBACK)('[SEC-15] [SEC-55] of a native client differs in nothing but the port: %j', (uri) => {
    expect(matchRedirectUri([LOOPBACK], uri)).toBe(false);
  });

  it('[SEC-55] has the same freedom on the IPv6 loopback, in one spelling', () => {
    expect(matchRedirectUri(['http://[::1]/cb'], 'http://[::1]:4321/cb')).toBe(true);
    expect(matchRedirectUri(['http://[::1]/cb'], 'http://[0:0:0:0:0:0:0:1]:4321/cb')).toBe(false);
    expect(matchRedirectUri(['http://[::1]/cb'], 'http://127.0.0.1:4321/cb')).toBe(false);
    expect(matchRedirectUri(['http://localhost/cb'], 'http://localhost:4321/cb')).toBe(false);
    expect(matchRedirectUri(['https://127.0.0.1/cb'], 'https://127.0.0.1:4321/cb')).toBe(false);
  });

  it('[SEC-15] has no freedom where what follows the loopback literal is more of a host', () => {
    expect(matchRedirectUri(['http://127.0.0.1.evil.test/cb'], 'http://127.0.0.1:80.evil.test/cb')).toBe(false);
    expect(matchRedirectUri(['http://127.0.0.1@evil.test/cb'], 'http://127.0.0.1:80@evil.test/cb')).toBe(false);
  });

  it('[SEC-92] is never empty, even if an empty one were registered', () => {
    expect(matchRedirectUri([''], '')).toBe(false);
    expect(matchRedirectUri([], '')).toBe(false);
  });
});

describe('where an answer goes', () => {
  const one = aClient({ redirectUris: [REGISTERED] });
  const two = aClient({ redirectUris: [REGISTERED, LOOPBACK] });

  it('[AX-20] is the URI asked for, else the only registered one', () => {
    expect(resolveRedirectUri(one, REGISTERED)).toBe(REGISTERED);
    expect(resolveRedirectUri(one, undefined)).toBe(REGISTERED);
    expect(resolveRedirectUri(two, 'http://127.0.0.1:4000/callback')).toBe('http://127.0.0.1:4000/callback');
  });

  it('[AX-20] is not guessed among several, nor where none is registered', () => {
    for (const client of [two, aClient({ redirectUris: [] })])
      expect(refused(() => resolveRedirectUri(client, undefined))).toMatchObject({
        code: 'invalid_request',
        status: 400,
      });
  });

  it('[SEC-92] is not taken from an empty parameter', () => {
    expect(refused(() => resolveRedirectUri(one, '')).code).toBe('invalid_request');
  });

  it('[SEC-15] is refused without repeating what was asked', () => {
    const error = refused(() => resolveRedirectUri(one, 'https://evil.test/?stolen'));
    expect(error.code).toBe('invalid_request');
    expect(everythingSaid(error)).not.toContain('evil.test');
  });

  it.each([
    ['https://client.example/cb/', '"https://client.example/cb", then something else (length 1)'],
    ['https://client.example/c', '"https://client.example/c", then its end'],
    ['http://client.example/cb', '"http://", then something else (length 17)'],
    ['nothing of it', '"", then something else (length 13)'],
  ])('tells the operator how far %j is like a registered one', (uri, got) => {
    const client = aClient({ redirectUris: ['https://client.example/cb', LOOPBACK] });
    const error = refused(() => resolveRedirectUri(client, uri));
    expect(error.failed).toEqual({ check: 'redirect-uri-registered', expected: 'one of 2 registered', got });
  });
});

describe('a redirect URI to register', () => {
  it.each([
    'https://client.example/cb',
    'https://client.example',
    'https://client.example:8443/a/b?c=d&e=%20',
    'https://localhost/oauth_callback',
    'http://127.0.0.1/callback',
    'http://127.0.0.1:3000/callback',
    'http://[::1]:3000/callback',
    'http://localhost:3000/callback',
    'com.example.app:/oauth',
    'com.example.app://oauth',
    OUT_OF_BAND,
  ])('may be %s', (uri) => {
    expect(redirectUriFault(uri)).toBeNull();
  });

  it.each([
    '',
    '/cb',
    'cb',
    '//client.example/cb',
    'https://client.example/cb#',
    'https://client.example/cb#x',
    'https://user@client.example/cb',
    'https://user:pass@client.example/cb',
    'https://@client.example/cb',
    'https://:@client.example/cb',
    'https://client.example\\@evil.test/',
    'https:\\\\client.example',
    'https:client.example',
    'https:/client.example',
    'https:///client.example',
    'https://',
    'https://client.example/a b',
    ' https://client.example/',
    'https://client.example/\n',
    'https://client.example/\0',
    'https://client.example/%',
    'https://client.example/%zz',
    'https://clïent.example/',
    'https://client.example/<script>',
    'https://client.example/"',
    'https://*.client.example/`',
    'http://client.example/cb',
    'http://127.0.0.1.evil.test/cb',
    'http://10.0.0.1/cb',
    'http://0.0.0.0/cb',
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://client.example/x',
    'about:blank',
    'myapp:/cb',
    'urn:ietf:wg:oauth:2.0:oob:auto',
    'URN:ietf:wg:oauth:2.0:oob',
  ])('[SEC-33] may not be %j', (uri) => {
    expect(redirectUriFault(uri)).not.toBeNull();
  });

  it('is told what is wrong with it', () => {
    expect(redirectUriFault('https://client.example/cb#')).toBe('has a fragment');
    expect(redirectUriFault('https://u@client.example/cb')).toBe('has a user or password');
    expect(redirectUriFault('https:client.example')).toBe('has no host');
    expect(redirectUriFault('http://client.example/cb')).toBe('is http and not on a loopback address');
  });

  it('[SEC-37] tells what another program could claim', () => {
    expect(['http://127.0.0.1/cb', 'http://localhost/cb', 'com.example.app:/cb'].every(isNativeRedirectUri)).toBe(true);
    expect(['https://client.example/cb', OUT_OF_BAND].some(isNativeRedirectUri)).toBe(false);
  });
});
