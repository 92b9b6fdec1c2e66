import type { Room } from './room.ts';
import { DECIDED, TABLES } from './schema/tables.ts';

/** Milliseconds of a read of a whole table. */
const READ_MS = 60_000;

/**
 * Removes every record of a namespace, living or not. It reads whole tables, and removes without deciding: for a
 * scratch namespace that nobody uses any more, never for one that serves.
 */
export async function forgetNamespace({ session, tenant }: Room): Promise<void> {
  const { client } = session;
  for (const [table, [partition]] of Object.entries(TABLES)) {
    if (!partition.includes('tenant_id')) continue;
    const columns = partition.join(', ');
    const text = `SELECT DISTINCT ${columns} FROM ${table}`;
    const rows = client.stream(text, [], { prepare: true, autoPage: true, readTimeout: READ_MS });
    for await (const row of rows as unknown as AsyncIterable<Readonly<Record<string, unknown>>>) {
      if (row['tenant_id'] !== tenant) continue;
      const where = partition.map((column) => `${column} = ?`).join(' AND ');
      // What lightweight transactions wrote they must remove, or their clock would win.
      const condition = DECIDED.has(table) ? ' IF EXISTS' : '';
      const values = partition.map((column) => row[column]);
      await client.execute(`DELETE FROM ${table}${stampOf(table)} WHERE ${where}${condition}`, values, {
        prepare: true,
        readTimeout: READ_MS,
      });
    }
  }
}

/** Rows whose order is that of their record, which may lie ahead of every clock. */
function stampOf(table: string): string {
  return DECIDED.has(table) ? '' : ' USING TIMESTAMP 9000000000000000000';
}
