import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureVersion } from 'node:tls';
import { ConfigError } from '../config/config-error.ts';

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly passphrase: string | null;
  readonly minimumVersion: SecureVersion;
}

/** What Node's TLS server is made of. */
export interface TlsContext {
  /** Asks the client for a certificate; whose it is, core judges. */
  readonly requestCert?: true;
  readonly rejectUnauthorized?: false;
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly passphrase?: string;
  readonly minVersion: SecureVersion;
  readonly ciphers: string;
  readonly secureOptions: number;
}

/**
 * RFC 9325 4.2: of TLS 1.2 what keeps its secrets when the key is lost and what authenticates what it encrypts; OpenSSL's
 * default has key transport by RSA, and CBC, too. TLS 1.3 has nothing else.
 */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

async function read(key: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch {
    throw new ConfigError([
      {
        key,
        origin: file,
        problem: 'cannot be read',
        fix: 'see that the file is there and that this user may read it',
      },
    ]);
  }
}

/**
 * The same for a listener that asks its clients for certificates (RFC 8705). A resumed session would have none to show,
 * and keeps what an earlier handshake proved, so there are none (SEC-129).
 */
export function askingForCertificates(context: TlsContext): TlsContext {
  return {
    ...context,
    requestCert: true,
    rejectUnauthorized: false,
    secureOptions: context.secureOptions | constants.SSL_OP_NO_TICKET,
  };
}

/**
 * Reads certificate and key, and sees that they belong together.
 * @throws ConfigError naming file and fix
 */
export async function readTls({ certificate, key, passphrase, minimumVersion }: TlsFiles): Promise<TlsContext> {
  const context: TlsContext = {
    cert: await read('listener.tls.certificate', certificate),
    key: await read('listener.tls.key', key),
    ...(passphrase === null ? {} : { passphrase }),
    minVersion: minimumVersion,
    ciphers: CIPHERS,
    // AX-3: a client cannot change the terms of a connection that stands.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  };
  try {
    createSecureContext(context);
    // OpenSSL keeps a certificate for each kind of key and lets one of RSA and a key of EC pass, which no client ever gets.
    const own = createPrivateKey({ key: context.key, ...(passphrase === null ? {} : { passphrase }) });
    if (!new X509Certificate(context.cert).checkPrivateKey(own)) throw new Error('key values mismatch');
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error:[0-9A-F]+:/i, '') : '';
    throw new ConfigError([
      {
        key: 'listener.tls',
        origin: `${certificate}, ${key}`,
        problem: `is no certificate with its key (${reason})`,
        fix: 'give a PEM certificate, its PEM key, and the passphrase if the key has one',
      },
    ]);
  }
  return context;
}
