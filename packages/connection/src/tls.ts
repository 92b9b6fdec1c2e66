import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { refuse } from './refuse.ts';
import { readSecret } from './secret.ts';
import type { Protection, TlsSettings } from './settings.ts';

export interface Protected {
  readonly protection: Protection;
  readonly tls: TlsSettings;
  /** Where a driver has one certificate's name only. */
  readonly host?: string | null;
}

/**
 * What Node's own TLS takes; false: none. Verified means the chain and the name, whatever a driver's default is.
 * @throws StoreError `config`, which names the file that cannot be read
 */
export async function tlsOf({ protection, tls, host }: Protected): Promise<ConnectionOptions | false> {
  if (protection === 'plaintext') return false;
  const servername = tls.serverName ?? host ?? undefined;
  return {
    rejectUnauthorized: protection === 'verified',
    minVersion: 'TLSv1.2',
    ...(servername === undefined ? {} : { servername }),
    ...(tls.ca === undefined ? {} : { ca: await pem('certificate authority', tls.ca) }),
    ...(tls.cert === undefined ? {} : { cert: await pem('client certificate', tls.cert) }),
    ...(tls.key === undefined ? {} : { key: await readSecret('key of the client certificate', tls.key) }),
  };
}

/** PEM text as it is, else the file of that name. */
async function pem(what: string, textOrPath: string): Promise<string> {
  if (textOrPath.includes('-----BEGIN')) return textOrPath;
  try {
    return await readFile(textOrPath, 'utf8');
  } catch (cause) {
    return refuse(`The ${what} of the store cannot be read from ${textOrPath}.`, { cause });
  }
}
