import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { StoreError } from '@gatehouse/core';
import { readSecret } from '../connection/secret.ts';
import type { ConnectionSettings } from '../connection/settings.ts';

/** What Node's own TLS takes; false: none. Verified means the chain and the name, whatever a driver's default is. */
export async function tlsOf({ protection, tls, host }: ConnectionSettings): Promise<ConnectionOptions | false> {
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
    throw new StoreError('config', `The ${what} of the store cannot be read from ${textOrPath}.`, { cause });
  }
}
