import { createHmac, hkdfSync } from 'node:crypto';

/** One purpose, one key: a value made for one can never be taken for another. */
export type SecretPurpose =
  | 'seal'
  | 'code'
  | 'family'
  | 'answer'
  | 'form'
  | 'cookie'
  | 'memo'
  | 'client'
  | 'record'
  | 'record-nonce'
  | 'recognition';

/** The server's secrets, first the one that seals, all of them open. At least 32 bytes each. */
export interface ServerSecrets {
  readonly count: number;
  /** 32 bytes for this purpose, of the n-th secret. */
  key(purpose: SecretPurpose, index: number): Buffer;
}

/** The shortest secret: 256 bits in any encoding worth the name. */
export const MINIMUM_SECRET_BYTES = 32;

/** @throws Error when the list is empty or one is too short */
export function createServerSecrets(secrets: readonly string[]): ServerSecrets {
  if (secrets.length === 0) throw new Error('At least one server secret is needed; `gatehouse secret` makes one.');
  for (const secret of secrets)
    if (Buffer.byteLength(secret) < MINIMUM_SECRET_BYTES)
      throw new Error(`A server secret has at least ${MINIMUM_SECRET_BYTES} bytes; \`gatehouse secret\` makes one.`);
  const cache = new Map<string, Buffer>();
  return {
    count: secrets.length,
    key(purpose, index) {
      const name = `${purpose}:${index}`;
      let key = cache.get(name);
      if (!key) {
        const secret = secrets[index];
        if (secret === undefined) throw new RangeError('No such server secret.');
        key = Buffer.from(hkdfSync('sha256', secret, '', `gatehouse/${purpose}/1`, 32));
        cache.set(name, key);
      }
      return key;
    },
  };
}

/** HMAC-SHA-256, base64url. */
export function mac(key: Buffer, ...parts: readonly string[]): string {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
}
