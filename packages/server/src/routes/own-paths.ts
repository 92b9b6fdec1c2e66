import { DEFAULT_SETTINGS, type Settings } from '@gatehouse/core';
import type { Config } from '../config/config.ts';
import { LOGO_PATH } from './client-logo.ts';
import { endpointRoutes } from './endpoints.ts';
import { DISCOVERY_PATH, KEY_SET_PATH, METADATA_PATH } from './metadata.ts';

type PathConfig = Pick<Config, 'basePath' | 'metrics' | 'openid'>;

/** Every path of the server, as hooks name it. */
export function ownPaths(config: PathConfig): readonly string[] {
  const settings = pathSettings(config);
  return [settings.openid.userInfoPath, ...pathsBesideUserInfo(settings)];
}

/** What `openid.userInfoPath` would hide, or be hidden by; null where UserInfo has its path for itself. */
export function takenByUserInfo(config: PathConfig): string | null {
  const { metrics } = config;
  const settings = pathSettings(config);
  const ofMetrics = metrics?.enabled && metrics.port === undefined && metrics.path !== undefined ? [metrics.path] : [];
  const paths = [...pathsBesideUserInfo(settings), ...ofMetrics];
  return paths.find((path) => isAt(path, settings.openid.userInfoPath)) ?? null;
}

/** What varies is at the end of a path. */
function isAt(path: string, asked: string): boolean {
  const fixed = path.replace(/[:*].*$/, '');
  return fixed === path ? asked === path : asked.startsWith(fixed);
}

function pathSettings({ basePath, openid }: PathConfig): Pick<Settings, 'basePath' | 'openid'> {
  return { basePath: basePath ?? DEFAULT_SETTINGS.basePath, openid: { ...DEFAULT_SETTINGS.openid, ...openid } };
}

function pathsBesideUserInfo(settings: Pick<Settings, 'basePath' | 'openid'>): readonly string[] {
  const { basePath } = settings;
  return [
    ...endpointRoutes(settings, false).map(({ path }) => path),
    METADATA_PATH,
    DISCOVERY_PATH,
    basePath + KEY_SET_PATH,
    '/health',
    '/health/live',
    '/health/ready',
    `${basePath}/protected`,
    `${basePath}${LOGO_PATH}:id`,
    '/xlib/*',
    '/docs/*',
    '/',
  ];
}
