import { isIP } from 'node:net';
import { refuse } from './refuse.ts';
import type { Insecurity, Protection, TlsSettings } from './settings.ts';

/**
 * An unverified connection is never a default, and never a typing error.
 * @param leaves whether the connection leaves this machine: what does not is on nobody's way
 * @throws StoreError `config`
 */
export function protectionOf(
  { dangerouslyInsecure, tls }: { readonly dangerouslyInsecure?: Insecurity; readonly tls?: TlsSettings },
  leaves: boolean,
): Protection {
  if (dangerouslyInsecure !== undefined) {
    if (dangerouslyInsecure !== 'plaintext' && dangerouslyInsecure !== 'unverified')
      refuse('dangerouslyInsecure is "plaintext" or "unverified".');
    return dangerouslyInsecure;
  }
  return tls !== undefined || leaves ? 'verified' : 'plaintext';
}

/** A name or an address, IPv6 without its brackets. */
export function isThisMachine(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1' || host === 'localhost';
}
