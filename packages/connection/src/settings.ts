import type { Secret } from './secret.ts';

/** What protects the connection. Without anything it is TLS, and the server's certificate and name are verified. */
export interface TlsSettings {
  /** PEM text or the path of a file with it: who signs the server's certificate, where no public authority does. */
  readonly ca?: string;
  /** Of a client certificate: PEM text or path. */
  readonly cert?: string;
  readonly key?: Secret;
  /** The name to verify, where it is not the host. */
  readonly serverName?: string;
}

/**
 * `plaintext`: no TLS. `unverified`: TLS with whoever answers. Either lets anybody on the way read and change what the
 * server believes of its tokens. Not needed for this machine's own addresses and for sockets.
 */
export type Insecurity = 'plaintext' | 'unverified';

/** `verified` unless the connection stays on this machine or its owner said otherwise. */
export type Protection = 'verified' | Insecurity;
