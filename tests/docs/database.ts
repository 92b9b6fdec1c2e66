import { accessSync, constants, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BackendName, makeCertificateAuthority, ownDatabaseServer } from '@gatehouse/testkit';
import type { DocPage } from './blocks.ts';

/** The names that a page of a database has for what is its reader's own. */
const HOST = 'db.example.com';
const AUTHORITY = '/etc/ssl/company-ca.pem';
/** In `/run/secrets`. */
export const ADMIN_PASSWORD = 'db-admin';

const PORTS: Readonly<Record<string, string>> = { 'postgresql:': '5432', 'mysql:': '3306', 'mariadb:': '3306' };

/** A server that belongs to one page: whatever it creates ends with it. */
export interface PageDatabase {
  /** What stands in the page, and what it is here. */
  readonly words: ReadonlyMap<string, string>;
  readonly port: readonly [ofThePage: string, actual: string];
  readonly adminPassword: string;
  close(): Promise<void>;
}

/** Marks of a page's first block: `needs=psql,pg_dump`, the programs it cannot be followed without. */
export function missingProgram(page: DocPage): string | null {
  const wanted = page.blocks[0]?.marks.get('needs')?.split(',') ?? [];
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const missing = wanted.find((name) => !folders.some((folder) => mayRun(path.join(folder, name))));
  return missing === undefined ? null : `${missing} is not installed here.`;
}

/**
 * `server=postgresql15`, the server that is meant by `db.example.com`: one that speaks TLS, with a certificate of an
 * authority of its own.
 * @returns the reason where it cannot be had; null where the page needs none
 */
export async function databaseOf(page: DocPage, folder: string): Promise<PageDatabase | string | null> {
  const name = page.blocks[0]?.marks.get('server');
  if (name === undefined) return null;
  const authority = makeCertificateAuthority();
  const found = await ownDatabaseServer(name as BackendName, { tls: authority.issue() });
  if (!found.available) return found.reason;
  const { adminUrl, close, port } = found.value;
  const { password, protocol } = new URL(adminUrl);
  const ca = path.join(folder, 'company-ca.pem');
  writeFileSync(ca, authority.certificate);
  return {
    words: new Map([
      [HOST, 'localhost'],
      [AUTHORITY, ca],
    ]),
    port: [PORTS[protocol] ?? '', String(port)],
    adminPassword: decodeURIComponent(password),
    close,
  };
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
