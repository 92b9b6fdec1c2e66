import { randomFillSync } from 'node:crypto';

/** Where every secret and id comes from. */
export interface Entropy {
  /** Fresh bytes of a cryptographic source, the caller's own copy. */
  bytes(length: number): Uint8Array;
}

const POOL_BYTES = 8192;

/** The operating system's source, read in blocks; bytes that were handed out are wiped from the pool. */
export function systemEntropy(): Entropy {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return {
    bytes(length) {
      if (length > POOL_BYTES) return randomFillSync(new Uint8Array(length));
      if (used + length > POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      const taken = pool.slice(used, used + length);
      pool.fill(0, used, used + length);
      used += length;
      return taken;
    },
  };
}
