import type { KeyObject } from 'node:crypto';
import { compactDecrypt } from 'jose';
import { AssertionFault } from '../assertions/assertion-fault.ts';
import { parseCompactJwe } from './compact.ts';
import { ENCRYPTION, requireJweHeader } from './jose-header.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The signed JWT inside an encrypted one (RFC 7519 5.2). Encryption proves nothing about the sender: what comes out takes
 * the same way as what comes in the open.
 * @throws AssertionFault with one answer for whatever went wrong with the decryption itself (no oracle)
 */
export async function decryptJwt(
  text: string,
  keys: readonly KeyObject[],
  limits: { readonly jwt: number; readonly joseHeader: number; readonly assertionId: number },
): Promise<string> {
  requireJweHeader(parseCompactJwe(text, limits), limits.assertionId);
  if (keys.length === 0)
    throw new AssertionFault('jwt-encryption-offered', 'no encryption: this server has no key for it');
  for (const key of keys) {
    try {
      const { plaintext } = await compactDecrypt(text, key, {
        keyManagementAlgorithms: [...ENCRYPTION.key],
        contentEncryptionAlgorithms: [...ENCRYPTION.content],
      });
      return utf8.decode(plaintext);
    } catch {
      // Another key, or nobody's.
    }
  }
  throw new AssertionFault('jwt-decryption', 'something that a key of this server decrypts');
}
