import { stat } from 'node:fs/promises';
import type { ResolvedConfig } from '../config/resolve.ts';

const OTHERS_READ = 0o004;

/** The file that a secret is in; null where it is elsewhere. */
function fileOf(source: unknown): string | null {
  if (typeof source !== 'object' || source === null || !('file' in source)) return null;
  return typeof source.file === 'string' ? source.file : null;
}

function secretFiles({ config, tls }: ResolvedConfig): readonly (readonly [key: string, file: string | null])[] {
  const { clients = [], listener, secrets } = config;
  return [
    ...[secrets].flat().map((source) => ['secrets', fileOf(source)] as const),
    ...clients.flatMap((client, index) =>
      [client.secrets].flat().map((source) => [`clients.${index}.secrets`, fileOf(source)] as const),
    ),
    ['listener.tls.key', tls?.key ?? null],
    ['listener.tls.passphrase', fileOf(listener.tls.passphrase)],
  ];
}

/** A sentence for each secret of the configuration that every user of this machine may read. */
export async function exposedFiles(resolved: ResolvedConfig): Promise<readonly string[]> {
  const found: string[] = [];
  // Windows keeps no such bits, and would accuse every file.
  if (process.platform === 'win32') return found;
  for (const [key, file] of secretFiles(resolved)) {
    if (file === null || ((await stat(file)).mode & OTHERS_READ) === 0) continue;
    found.push(`${key} is in ${file}, which every user of this machine may read: chmod 600 it.`);
  }
  return found;
}
