import type { ConnectionSettings } from '../connection/settings.ts';
import type { Dialect, DriverContext } from '../dialects/dialect.ts';
import { CompiledCatalogue } from './compiled-catalogue.ts';
import type { Database } from './database.ts';
import { PooledDatabase } from './pooled-database.ts';

/** Loads the driver; connects nowhere yet. @throws StoreError `config` */
export async function openDatabase(
  dialect: Dialect,
  settings: ConnectionSettings,
  context: DriverContext,
): Promise<Database> {
  const catalogue = new CompiledCatalogue(dialect, settings.schema);
  if (dialect.local) return dialect.database(settings, catalogue, context);
  const engine = await dialect.engine(settings, context);
  const { callMs } = settings.timeouts;
  return new PooledDatabase({ engine, dialect, catalogue, callMs, observe: context.observe });
}
