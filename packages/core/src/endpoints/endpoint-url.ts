import type { Settings } from '../server/config.ts';

/** The URL of a path of ours: only the configured issuer is ever believed, never a request (SEC-130). */
export function issuerUrl({ issuer }: Pick<Settings, 'issuer'>, path: string): string {
  return issuer.replace(/\/$/, '') + path;
}

/** The same of one endpoint of OAuth. */
export function endpointUrl(settings: Pick<Settings, 'basePath' | 'issuer'>, name: string): string {
  return issuerUrl(settings, `${settings.basePath}/${name}`);
}
