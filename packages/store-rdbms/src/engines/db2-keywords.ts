import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readSecret, refuse } from '@gatehouse/connection';
import type { ConnectionSettings } from '../connection/settings.ts';

/**
 * What Db2's driver connects with: `DATABASE=oauth;HOSTNAME=…;`
 * @throws StoreError `config` for what it cannot be told, or what would be read as another keyword
 */
export async function db2Keywords(settings: ConnectionSettings): Promise<string> {
  const { host, port, socket, user, password, database, driverOptions } = settings;
  if (socket !== null) refuse('Db2 is reached by host and port: leave `socket` out.');
  if (database === null) refuse('The Db2 store names a database: db2://user@host/database.');
  const keywords: Readonly<Record<string, unknown>> = {
    // Clears the way of the driver's own: brings texts with their rows. By default each is fetched by itself, and one that fails ends the process.
    LOBCacheSize: 1_048_576,
    ...driverOptions,
    DATABASE: database,
    HOSTNAME: host,
    PORT: port,
    PROTOCOL: 'TCPIP',
    ...(user === null ? {} : { UID: user }),
    ...(password === null ? {} : { PWD: await readSecret('password of the store', password) }),
    ...protection(settings),
  };
  return Object.entries(keywords).map(keyword).join('');
}

function keyword([name, value]: readonly [string, unknown]): string {
  const text = String(value);
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) refuse(`${name} is no keyword of Db2's driver.`);
  // There is no way to write these that all of its versions read.
  if (/[;{}]|^\s|\s$|^['"]/.test(text))
    refuse(
      `The ${name === 'PWD' ? 'password' : name} of the Db2 store has a letter that its driver cannot be told: ; { } or a space at its end.`,
    );
  return `${name}=${text};`;
}

function protection({ protection: wanted, tls, driverOptions }: ConnectionSettings): Readonly<Record<string, string>> {
  if (wanted === 'plaintext') return {};
  if (wanted === 'unverified')
    refuse("Db2's driver always verifies the server: name its certificate authority by `ca`.");
  if (tls.serverName !== undefined) refuse("Db2's driver verifies the name it connects to: leave `serverName` out.");
  if (tls.cert !== undefined || tls.key !== undefined)
    refuse("Db2's driver takes a client certificate from a key store: SSLClientKeystoredb in `driverOptions`.");
  const trusted = tls.ca === undefined ? {} : { SSLServerCertificate: fileOf(tls.ca) };
  if (tls.ca === undefined && !Object.keys(driverOptions).some((name) => /^SSLClientKeystoredb$/i.test(name)))
    refuse("Db2's driver knows no public certificate authorities: name the server's by `ca`.");
  return { Security: 'SSL', SSLClientHostnameValidation: 'Basic', ...trusted };
}

/** The driver reads files only. */
function fileOf(textOrPath: string): string {
  if (!textOrPath.includes('-----BEGIN')) return path.resolve(textOrPath);
  const known = written.get(textOrPath);
  if (known !== undefined) return known;
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-db2-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'authority.pem');
  writeFileSync(file, textOrPath);
  written.set(textOrPath, file);
  return file;
}

const written = new Map<string, string>();
