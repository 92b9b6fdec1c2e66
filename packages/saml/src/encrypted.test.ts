import { generateKeyPairSync } from 'node:crypto';
import {
  encryptSaml,
  makeCertificateAuthority,
  npmSamlEncrypted,
  type SamlEncryption,
  samlAssertion,
} from '@gatehouse/testkit';
import { describe, expect, it } from 'vitest';
import { RSA, read, refusal, signed } from './reading.test-support.ts';

const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const OURS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const OTHER = generateKeyPairSync('rsa', { modulusLength: 2048 });
const WITH_KEY = { decryptionKeys: [OTHER.privateKey, OURS.privateKey] };
const SIGNED = signed({ id: '_1' });

const encrypted = (how: Partial<SamlEncryption> = {}, xml = SIGNED): string =>
  encryptSaml(xml, { publicKey: OURS.publicKey, ...how });
const changed = (from: string | RegExp, to: string): string =>
  encrypted({
    change: (xml) => {
      const after = xml.replace(from, to);
      expect(after).not.toBe(xml);
      return after;
    },
  });

describe('an encrypted assertion', () => {
  it('is refused while the server has no key for it', () => {
    expect(refusal(() => read(encrypted()))).toBe('saml-encryption-configured');
  });

  it.each([
    [{ cipher: 'aes128-gcm' }],
    [{ cipher: 'aes192-gcm' }],
    [{ cipher: 'aes256-gcm' }],
    [{ oaepHash: 'sha1' }],
    [{ oaepHash: 'sha512' }],
    [{ keyBeside: true }],
  ] as const)('is opened with %o', (how) => {
    expect(read(encrypted(how), WITH_KEY).id).toBe('_1');
  });

  it('of the npm package saml is opened', async () => {
    const xml = await npmSamlEncrypted({
      key: RSA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      cert: makeCertificateAuthority().issue().certificate,
      issuer: 'https://idp.example',
      lifetimeInSeconds: 120,
      audiences: 'https://issuer.example',
      recipient: 'https://issuer.example/api/oauth/token',
      // With letters that base64 has not: of three letters that it has, one ciphertext in a hundred would happen to hold them.
      nameIdentifier: 'kim@idp.example',
      signatureAlgorithm: 'rsa-sha256',
      digestAlgorithm: 'sha256',
      encryptionPublicKey: OURS.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      encryptionCert: makeCertificateAuthority().issue().certificate,
    });
    expect(xml).not.toContain('kim@idp.example');
    expect(read(xml, WITH_KEY).subject.value).toBe('kim@idp.example');
    expect(refusal(() => read(xml, { decryptionKeys: [OTHER.privateKey] }))).toBe('saml-decrypts');
  });
});

describe('[SEC-133] nothing is learnt from how decryption fails, and nothing is fetched', () => {
  it('whatever is wrong with key or content, the answer is one', () => {
    const flip = (bytes: Buffer, place: number): Buffer => {
      bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
      return bytes;
    };
    const refusals = [
      encrypted({ publicKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey }),
      encrypted({ content: (bytes) => flip(bytes, 0) }),
      encrypted({ content: (bytes) => flip(bytes, 20) }),
      encrypted({ content: (bytes) => flip(bytes, bytes.length - 1) }),
      // A tag cut short: 12 bytes would be good for GCM, and are not for XML Encryption.
      encrypted({ content: (bytes) => bytes.subarray(0, -4) }),
      encrypted({ content: (bytes) => bytes.subarray(0, 28) }),
      encrypted({ content: (bytes) => bytes.subarray(0, 1) }),
      changed(/(<EncryptedKey.*?<CipherValue>)[^<]*/, '$1AAAA'),
    ].map((xml) => refusal(() => read(xml, WITH_KEY)));
    expect(new Set(refusals)).toEqual(new Set(['saml-decrypts']));
  });

  it.each([
    ['CBC', () => changed('http://www.w3.org/2009/xmlenc11#aes256-gcm', `${XENC}aes256-cbc`), 'saml-content-cipher'],
    [
      'triple DES',
      () => changed('http://www.w3.org/2009/xmlenc11#aes256-gcm', `${XENC}tripledes-cbc`),
      'saml-content-cipher',
    ],
    ['RSA 1.5', () => changed('http://www.w3.org/2009/xmlenc11#rsa-oaep', `${XENC}rsa-1_5`), 'saml-key-encryption'],
    [
      'a key wrapped by AES',
      () => changed('http://www.w3.org/2009/xmlenc11#rsa-oaep', `${XENC}kw-aes256`),
      'saml-key-encryption',
    ],
    ['a mask of another hash', () => changed('mgf1sha256', 'mgf1sha1'), 'saml-key-encryption'],
    [
      'a key to be fetched',
      () => changed(/<EncryptedKey.*<\/EncryptedKey>/, '<RetrievalMethod URI="http://127.0.0.1:1/"/>'),
      'saml-encrypted-key',
    ],
    [
      'a key and one to be fetched',
      () => changed('<EncryptedKey', '<RetrievalMethod URI="http://127.0.0.1:1/"/><EncryptedKey'),
      'saml-values-in-place',
    ],
    ['two keys', () => changed(/(<EncryptedKey.*<\/EncryptedKey>)/, '$1$1'), 'saml-encrypted-key'],
    [
      'content to be fetched',
      () =>
        changed(
          /<CipherValue>[^<]*<\/CipherValue>(?=<\/CipherData><\/EncryptedData>)/,
          '<CipherReference URI="http://127.0.0.1:1/"/>',
        ),
      'saml-elements',
    ],
    ['the type of content', () => changed('#Element', '#Content'), 'saml-encrypted-type'],
    ['content that is no base64', () => changed('</CipherValue>', '*</CipherValue>'), 'saml-cipher-value'],
    ['two pieces of data', () => changed(/(<EncryptedData.*<\/EncryptedData>)/, '$1$1'), 'saml-elements'],
  ])('%s', (_what, make, check) => {
    expect(refusal(() => read(make(), WITH_KEY))).toBe(check);
  });

  it('what comes out of it takes the same way as what comes in the clear', () => {
    const inside = (xml: string): string => refusal(() => read(encrypted({}, xml), WITH_KEY));
    expect(inside(samlAssertion())).toBe('saml-one-signature');
    expect(inside(`<!DOCTYPE a [<!ENTITY x "y">]>${SIGNED}`)).toBe('saml-document-type');
    expect(inside(SIGNED.replace('sampleuser', 'sample<!-- -->user'))).toBe('saml-comments');
    expect(inside(SIGNED.replace('sampleuser', 'admin'))).toBe('saml-digest');
    expect(inside(encrypted())).toBe('saml-encrypted-once');
    expect(inside(`<a>${'<b/>'.repeat(1_000)}</a>`)).toBe('saml-limit');
    expect(inside('\xff')).toBe('saml-around-root');
    expect(refusal(() => read(SIGNED.replace('</Conditions>', `</Conditions>${encrypted()}`), WITH_KEY))).toBe(
      'saml-one-assertion',
    );
  });
});
