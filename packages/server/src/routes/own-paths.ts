import { LOGO_PATH } from './client-logo.ts';
import { endpointRoutes } from './endpoints.ts';
import { METADATA_PATH } from './metadata.ts';

/** Every path of the server, as hooks name it. */
export function ownPaths(basePath: string): readonly string[] {
  return [
    ...endpointRoutes(basePath).map(({ path }) => path),
    METADATA_PATH,
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
