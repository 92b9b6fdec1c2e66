// The server by itself, and the app for mounting in your own.
export { type AppOptions, createApp, createMetadataApp, type GatehouseApp } from './app.ts';
// Configuration.
export {
  type ClientConfig,
  type ClientSecretSource,
  type Config,
  type CookieConfig,
  defineConfig,
  type EventHooks,
  type OwnerConfig,
  type PathHooks,
  type PathRequest,
  type SecretSource,
} from './config/config.ts';
export { ConfigError, type ConfigProblem } from './config/config-error.ts';
export type { Connection, NodeBindings } from './http/endpoint-request.ts';
export { mountPathOf } from './http/mount-path.ts';
export { type LastSweep, type SweepLoop, type SweepLoopOptions, startSweepLoop } from './maintenance/sweep-loop.ts';
export { createOwnerDirectory, type OwnerRecord } from './owners/configured-owner-directory.ts';
export { type AssetFolder, listAssets } from './routes/assets.ts';
export { createLog, type LogOptions, type ServerLog } from './telemetry/log.ts';
export { VERSION } from './version.ts';
// Pages.
export { createViews, type ViewOptions, type Views } from './views/index.ts';
