import { constants, createCipheriv, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto';

const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';

/** How an assertion is encrypted; what is left out is right. */
export interface SamlEncryption {
  readonly publicKey: KeyObject;
  readonly cipher?: 'aes128-gcm' | 'aes192-gcm' | 'aes256-gcm';
  /** Both of the digest and of the mask. */
  readonly oaepHash?: 'sha1' | 'sha256' | 'sha512';
  /** Changes the element that comes out. */
  readonly change?: (xml: string) => string;
  /** Nonce, ciphertext and tag, as they are put down. */
  readonly content?: (bytes: Buffer) => Buffer;
  /** Whether the key stands beside the data instead of in its `KeyInfo`. */
  readonly keyBeside?: boolean;
}

/** An `EncryptedAssertion` around an element. */
export function encryptSaml(xml: string, encryption: SamlEncryption): string {
  const { cipher = 'aes256-gcm', oaepHash = 'sha256', publicKey } = encryption;
  const key = randomBytes(Number(/\d+/.exec(cipher)?.[0]) / 8);
  const nonce = randomBytes(12);
  const encryptor = createCipheriv(cipher.replace('aes', 'aes-') as 'aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([nonce, encryptor.update(xml), encryptor.final(), encryptor.getAuthTag()]);
  const content = (encryption.content?.(sealed) ?? sealed).toString('base64');
  const wrapped = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, key);
  const digest = oaepHash === 'sha1' ? `${DSIG}sha1` : `${XENC}${oaepHash}`;
  const encryptedKey = `<EncryptedKey xmlns="${XENC}"><EncryptionMethod Algorithm="${XENC11}rsa-oaep"><DigestMethod xmlns="${DSIG}" Algorithm="${digest}"/><MGF xmlns="${XENC11}" Algorithm="${XENC11}mgf1${oaepHash}"/></EncryptionMethod><CipherData><CipherValue>${wrapped.toString('base64')}</CipherValue></CipherData></EncryptedKey>`;
  const [inside, beside] = encryption.keyBeside
    ? ['', encryptedKey]
    : [`<KeyInfo xmlns="${DSIG}">${encryptedKey}</KeyInfo>`, ''];
  const encrypted = `<EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><EncryptedData xmlns="${XENC}" Type="${XENC}Element"><EncryptionMethod Algorithm="${XENC11}${cipher}"/>${inside}<CipherData><CipherValue>${content}</CipherValue></CipherData></EncryptedData>${beside}</EncryptedAssertion>`;
  return encryption.change?.(encrypted) ?? encrypted;
}
