export type { Secret, TlsSettings } from '@gatehouse/connection';
export { CassandraStore } from './cassandra-store.ts';
export type {
  Connection,
  ConnectionOptions,
  SpeculativeSettings,
  TimeoutSettings,
} from './connection/settings.ts';
export type { Level, SerialLevel } from './levels/levels.ts';
export type { ConsistencySettings, LevelPlan, Operation } from './levels/plan.ts';
export type { Promises } from './levels/promises.ts';
export { type MigrateOptions, type MigrateReport, migrate, type SchemaState, schemaState } from './migrate/migrate.ts';
export type { Script } from './migrate/script.ts';
export { type CassandraStoreOptions, DEFAULT_CLOCK_TOLERANCE_MS } from './options.ts';
export type { ProductName } from './products.ts';
export type { Driver } from './session/driver.ts';
export type { SentStatement } from './session/session.ts';
