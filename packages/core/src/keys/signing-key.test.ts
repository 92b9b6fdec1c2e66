import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, type JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { signJwt } from './sign-jwt.ts';
import { readRetiredKey, readSigningKey } from './signing-key.ts';

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const KEYS: readonly (readonly [string, KeyObject])[] = [
  ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
  ['ES512', generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey],
  ['EdDSA', generateKeyPairSync('ed25519').privateKey],
];

describe('[AX-149] a signing key', () => {
  it.each(KEYS)('of %s signs what a library of others verifies, by the public key that is shown', async (alg, key) => {
    const signing = readSigningKey(pem(key));
    expect(signing.algorithm).toBe(alg);
    const text = await signJwt(signing, { sub: 'ann' });
    const { payload, protectedHeader } = await compactVerify(text, createPublicKey(key), { algorithms: [alg] });
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({ sub: 'ann' });
    expect(protectedHeader).toEqual({ alg, typ: 'JWT', kid: signing.kid });
    expect(signing.publicJwk).toMatchObject({ kid: signing.kid, alg, use: 'sig' });
    expect(signing.kid).toBe(await calculateJwkThumbprint(signing.publicJwk as JWK));
  });

  it.each(KEYS)('of %s shows nothing that signs', (_, key) => {
    const shown = Object.keys(readSigningKey(pem(key)).publicJwk);
    expect(shown.filter((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].includes(name))).toEqual([]);
  });

  it('is alone in its text, but for what is public of it', () => {
    const [[, one], [, two]] = KEYS as [(typeof KEYS)[number], (typeof KEYS)[number]];
    const shown = (key: KeyObject): string => createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
    for (const read of [readSigningKey, readRetiredKey]) {
      expect(() => read(pem(one) + pem(two))).toThrow('has several keys in one PEM text');
      expect(read(pem(one) + shown(one)).kid).toBe(readSigningKey(pem(one)).kid);
    }
    expect(() => readRetiredKey(shown(one) + shown(two))).toThrow('has several keys in one PEM text');
  });

  it('is RSA of 2048 to 4096 bits, on a curve of JOSE, or Ed25519, and is told without a word of it', () => {
    const refused: readonly (readonly [string, string])[] = [
      [pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey), '1024 bits'],
      [pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey), 'P-256'],
      [pem(generateKeyPairSync('x25519').privateKey), 'neither RSA'],
      ['-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----', 'no private key in PEM'],
      [pem(generateKeyPairSync('ed25519').privateKey).replace('PRIVATE', 'PUBLIC'), 'no private key in PEM'],
    ];
    for (const [text, fault] of refused) expect(() => readSigningKey(text)).toThrow(fault);
    expect(() => readSigningKey('a passphrase of somebody')).not.toThrow('passphrase of somebody');
  });
});
