import { readFile, stat } from 'node:fs/promises';
import type { ResolvedConfig } from '../config/resolve.ts';

const OTHERS_READ = 0o004;
const RETIRED = 'idToken.retiredKeys';

/** The file that a secret is in; null where it is elsewhere. */
function fileOf(source: unknown): string | null {
  if (typeof source !== 'object' || source === null || !('file' in source)) return null;
  return typeof source.file === 'string' ? source.file : null;
}

function secretFiles({ config, tls }: ResolvedConfig): readonly (readonly [key: string, file: string | null])[] {
  const { assertion, clients = [], idToken, listener, secrets } = config;
  const sources: readonly (readonly [key: string, sources: unknown])[] = [
    ['secrets', secrets],
    ...clients.flatMap((client, index) => [
      [`clients.${index}.secrets`, client.secrets] as const,
      [`clients.${index}.hmacSecrets`, client.hmacSecrets] as const,
    ]),
    ['idToken.keys', idToken?.keys],
    [RETIRED, idToken?.retiredKeys],
    ['assertion.decryptionKeys', assertion?.decryptionKeys],
    ['listener.tls.passphrase', listener.tls.passphrase],
  ];
  return [
    ...sources.flatMap(([key, given]) => [given].flat().map((source) => [key, fileOf(source)] as const)),
    ['listener.tls.key', tls?.key ?? null],
  ];
}

/** A retired key may be a public one, which is for everybody. */
async function isSecret(key: string, file: string): Promise<boolean> {
  return key !== RETIRED || (await readFile(file, 'utf8')).includes('PRIVATE KEY-----');
}

/** A sentence for each secret of the configuration that every user of this machine may read. */
export async function exposedFiles(resolved: ResolvedConfig): Promise<readonly string[]> {
  const found: string[] = [];
  // Windows keeps no such bits, and would accuse every file.
  if (process.platform === 'win32') return found;
  for (const [key, file] of secretFiles(resolved)) {
    if (file === null || ((await stat(file)).mode & OTHERS_READ) === 0 || !(await isSecret(key, file))) continue;
    found.push(`${key} is in ${file}, which every user of this machine may read: chmod 600 it.`);
  }
  return found;
}
