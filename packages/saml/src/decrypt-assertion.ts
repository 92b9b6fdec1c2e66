import { constants, createDecipheriv, type KeyObject, privateDecrypt, randomBytes } from 'node:crypto';
import type { SamlReading } from '@gatehouse/core';
import { decodeBase64 } from './base64.ts';
import { fault } from './fault.ts';
import { shownAlgorithm } from './known-names.ts';
import { requireStructure } from './structure.ts';
import {
  attributeOf,
  childOf,
  childrenOf,
  DSIG,
  dsig,
  everyElement,
  theChild,
  XENC,
  XENC11,
  type XmlElement,
  xenc,
} from './xml-tree.ts';

/** XML Encryption 1.1 5.2.4: the kinds that notice a change. Without CBC there is nothing to ask an oracle (SEC-133). */
const CIPHERS: ReadonlyMap<
  string,
  { readonly name: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm'; readonly keyBytes: number }
> = new Map([
  [`${XENC11}aes128-gcm`, { name: 'aes-128-gcm', keyBytes: 16 }],
  [`${XENC11}aes192-gcm`, { name: 'aes-192-gcm', keyBytes: 24 }],
  [`${XENC11}aes256-gcm`, { name: 'aes-256-gcm', keyBytes: 32 }],
]);
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const OAEP_HASHES: ReadonlyMap<string, string> = new Map([
  [`${DSIG}sha1`, 'sha1'],
  [`${XENC}sha256`, 'sha256'],
  [`${XENC}sha512`, 'sha512'],
]);

/**
 * The plaintext of an encrypted assertion, which proves nothing: anybody can encrypt for us.
 * @throws AssertionFault; whatever is wrong with key or ciphertext, it is the same one
 */
export function decryptAssertion(root: XmlElement, { decryptionKeys }: SamlReading): Buffer {
  requireStructure(root);
  if (decryptionKeys.length === 0) throw fault('encryption-configured');
  const data = theChild(root, xenc('EncryptedData'));
  const type = attributeOf(data, 'Type');
  if (type !== null && type !== `${XENC}Element`) throw fault('encrypted-type');
  const method = attributeOf(theChild(data, xenc('EncryptionMethod')), 'Algorithm') ?? '';
  const cipher = CIPHERS.get(method);
  if (!cipher) throw fault('content-cipher', shownAlgorithm(method));
  const wrapped = encryptedKey(root, data);
  const hash = oaepHash(theChild(wrapped, xenc('EncryptionMethod')));
  const keyBytes = cipherValue(wrapped);
  const content = cipherValue(data);
  for (const key of decryptionKeys) {
    const plaintext = decipher(cipher, unwrap(key, keyBytes, hash, cipher.keyBytes), content);
    if (plaintext) return plaintext;
  }
  throw fault('decrypts');
}

/** Beside the data or in its `KeyInfo`, in either case one, and there in full (no RetrievalMethod). */
function encryptedKey(root: XmlElement, data: XmlElement): XmlElement {
  const info = childOf(data, dsig('KeyInfo'));
  const keys = [...childrenOf(root, xenc('EncryptedKey')), ...(info ? childrenOf(info, xenc('EncryptedKey')) : [])];
  const [key] = keys;
  if (!key || keys.length !== 1) throw fault('encrypted-key', String(keys.length));
  requireStructure(key);
  for (const { name } of everyElement(root))
    if (name === dsig('RetrievalMethod') || name === xenc('CipherReference')) throw fault('values-in-place');
  return key;
}

/**
 * XML Encryption 1.1 5.5.2, where hash and mask generation are of one kind. SHA-1 stands for no signature here: OAEP
 * does not rest on its collision resistance, and it is what the older identifier means.
 */
function oaepHash(method: XmlElement): string {
  const algorithm = attributeOf(method, 'Algorithm') ?? '';
  const digest = childOf(method, dsig('DigestMethod'));
  const mask = childOf(method, `{${XENC11}}MGF`);
  const hash = digest ? OAEP_HASHES.get(attributeOf(digest, 'Algorithm') ?? '') : 'sha1';
  const maskHash = mask ? attributeOf(mask, 'Algorithm')?.replace(`${XENC11}mgf1`, '') : 'sha1';
  const known = algorithm === `${XENC}rsa-oaep-mgf1p` ? !mask : algorithm === `${XENC11}rsa-oaep`;
  const others = method.children.some((child) => child !== digest && child !== mask);
  if (!known || others || hash === undefined || hash !== maskHash)
    throw fault('key-encryption', shownAlgorithm(algorithm));
  return hash;
}

function cipherValue(element: XmlElement): Buffer {
  const value = decodeBase64(theChild(theChild(element, xenc('CipherData')), xenc('CipherValue')).text);
  if (!value) throw fault('cipher-value');
  return value;
}

/** A key that does not come out is taken for a random one, so that both failures take the same way. */
function unwrap(key: KeyObject, wrapped: Buffer, oaepHash: string, length: number): Buffer {
  try {
    const unwrapped = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, wrapped);
    if (unwrapped.length === length) return unwrapped;
  } catch {
    // As below.
  }
  return randomBytes(length);
}

/** XML Encryption 1.1 5.2.4: nonce, ciphertext, a tag of 16 bytes. */
function decipher(
  cipher: { name: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm' },
  key: Buffer,
  content: Buffer,
): Buffer | null {
  if (content.length <= NONCE_BYTES + TAG_BYTES) return null;
  const decryption = createDecipheriv(cipher.name, key, content.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decryption.setAuthTag(content.subarray(-TAG_BYTES));
  const plaintext = decryption.update(content.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([plaintext, decryption.final()]);
  } catch {
    return null;
  }
}
