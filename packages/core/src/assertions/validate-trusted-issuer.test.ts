import { describe, expect, it } from 'vitest';
import { ec, rsa } from '../jwt/jwt.test-support.ts';
import { TrustedIssuerError, validateTrustedIssuer } from './validate-trusted-issuer.ts';

const KEY = ec();
const jwks = { keys: [KEY.jwk] };
const SMALL = rsa('small', 1024);
/** RFC 8705 appendix A. */
const CERTIFICATE =
  'MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwIDSQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOVbUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=';

describe('the entry of a trusted issuer', () => {
  it('says little, and means every confidential client and no other scopes', () => {
    expect(validateTrustedIssuer({ issuer: 'idp', jwks })).toEqual({
      issuer: 'idp',
      clients: null,
      audience: [],
      scopes: null,
      jwks,
      jwksUri: null,
      certificates: [],
      assertionAlgorithms: [],
      assertionMaxSeconds: null,
    });
  });

  it('may have its keys as certificates, PEM or base64, whatever their dates', () => {
    const pem = `-----BEGIN CERTIFICATE-----\n${CERTIFICATE.match(/.{1,64}/g)?.join('\n')}\n-----END CERTIFICATE-----\n`;
    for (const text of [CERTIFICATE, pem])
      expect(validateTrustedIssuer({ issuer: 'idp', certificates: [text] }).certificates).toEqual([CERTIFICATE]);
  });

  it.each([
    ['issuer', { issuer: '' }],
    ['issuer', { issuer: 'x'.repeat(1025) }],
    ['jwks', { jwks: undefined }],
    ['jwks.keys', { jwks: { keys: [] } }],
    ['jwks.keys', { jwks: { keys: Array(51).fill(KEY.jwk) } }],
    ['"x"', { jwks: { keys: [KEY.jwk], x: 1 } }],
    ['jwksUri', { jwksUri: 'https://idp.example/jwks' }],
    ['certificates[0]', { certificates: ['nothing'] }],
    ['certificates[0]', { certificates: ['AAAA'] }],
    ['assertionAlgorithms[0]', { assertionAlgorithms: ['HS256'] }],
    ['assertionAlgorithms[0]', { assertionAlgorithms: ['none'] }],
    ['assertionMaxSeconds', { assertionMaxSeconds: 0 }],
    ['assertionMaxSeconds', { assertionMaxSeconds: 3601 }],
    ['scopes[0]', { scopes: ['a b'] }],
    ['"name"', { name: 'x' }],
  ])('is refused naming %s', (member, over) => {
    const input = { issuer: 'idp', jwks, ...over };
    expect(() => validateTrustedIssuer(input)).toThrow(TrustedIssuerError);
    expect(() => validateTrustedIssuer(input)).toThrow(`The member ${member} of the trusted issuer `);
  });

  it.each([
    ['a private key', KEY.privateKey.export({ format: 'jwk' })],
    ['a secret key', { kty: 'oct', k: 'AAAA' }],
    ['no key', {}],
    ['a list', []],
    ['a text', 'x'],
    ['null', null],
    ['no coordinates', { kty: 'EC', crv: 'P-256' }],
    ['a point beside the curve', { ...KEY.jwk, x: KEY.jwk.y }],
    ['a key for encryption', { ...KEY.jwk, use: 'enc' }],
    ['operations without verify', { ...KEY.jwk, key_ops: ['encrypt'] }],
    ['an algorithm of another type', { ...KEY.jwk, alg: 'RS256' }],
    ['an HMAC', { ...KEY.jwk, alg: 'HS256' }],
    ['a long kid', { ...KEY.jwk, kid: 'x'.repeat(256) }],
    ['1024 bits', SMALL.jwk],
    ['another curve', { kty: 'EC', crv: 'secp256k1', x: KEY.jwk.x, y: KEY.jwk.y }],
    ['X25519', { kty: 'OKP', crv: 'X25519', x: KEY.jwk.x }],
  ])('[SEC-63] a key set with %s is refused', (_, key) => {
    expect(() => validateTrustedIssuer({ issuer: 'idp', jwks: { keys: [KEY.jwk, key] } })).toThrow('jwks.keys[1]');
  });

  it.each([
    'http://idp.example/jwks',
    'https://user@idp.example/jwks',
    'https://@idp.example/jwks',
    'https://idp.example/jwks#',
    'https://idp.example/jwks#x',
    'https:\\\\idp.example',
    'https://idp.example/\tjwks',
    'https://idp example/jwks',
    'file:///etc/passwd',
    'javascript:1',
    '',
    `https://idp.example/${'x'.repeat(2048)}`,
  ])('[SEC-51] the URL of a key set is not %o', (jwksUri) => {
    expect(() => validateTrustedIssuer({ issuer: 'idp', jwksUri })).toThrow('jwksUri');
  });
});
