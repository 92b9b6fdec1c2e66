export type { Secret, TlsSettings } from '@gatehouse/connection';
export type {
  Connection,
  ConnectionOptions,
  PoolSettings,
  TimeoutSettings,
} from './connection/settings.ts';
export type { PoolState, SentStatement } from './database/database.ts';
export type { DialectName } from './dialects/names.ts';
export { type MigrateOptions, type MigrateReport, migrate, type SchemaState, schemaState } from './migrate/migrate.ts';
export type { Script } from './migrate/scripts.ts';
export { DEFAULT_CLOCK_TOLERANCE_MS, type RdbmsStoreOptions, type RdbmsStoreStats } from './options.ts';
export { RdbmsStore } from './rdbms-store.ts';
export type { RdbmsSweepReport } from './sweep.ts';
