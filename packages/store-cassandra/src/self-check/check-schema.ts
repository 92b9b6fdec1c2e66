import { StoreError } from '@gatehouse/core';
import { integer, text } from '../cells.ts';
import type { ProductRules } from '../products.ts';
import { REGISTER_COLUMNS, REGISTERS, SCHEMA_VERSION, TABLES, TOKEN_COLUMNS } from '../schema/tables.ts';
import { causeOf, faultOf } from '../session/fault.ts';
import type { Row } from '../session/session.ts';
import type { Checked } from './checked.ts';
import { notTaken } from './probe-levels.ts';

const COMMAND = 'run `gatehouse migrate`, or sql/cassandra/oauth-server.cql by hand';

/** Seconds: the time for which nodes keep hints of what another has missed, if nobody changed it. */
const HINT_WINDOW = 10_800;

/** The schema is there, old enough and new enough for this server. @throws StoreError `config` */
export async function checkSchema(checked: Checked, { ownTableOptions }: ProductRules): Promise<void> {
  const { client, settings, log } = checked;
  const { version, minimum } = await readVersion(checked);
  const has = `The keyspace has version ${version} of the schema`;
  if (version < SCHEMA_VERSION)
    throw new StoreError('config', `${has}, this server needs ${SCHEMA_VERSION}: ${COMMAND}.`);
  if (minimum > SCHEMA_VERSION)
    throw new StoreError(
      'config',
      `${has}, which runs no server that knows only ${SCHEMA_VERSION}: upgrade the server.`,
    );
  const rows = (query: string) => client.execute(query, [settings.keyspace], { prepare: true, fetchSize: 0 });
  const { rows: columns } = await rows(
    'SELECT table_name, column_name FROM system_schema.columns WHERE keyspace_name = ?',
  );
  const lack = lackOf(columns);
  if (lack !== null) throw new StoreError('config', lack);
  if (!ownTableOptions) return;
  const { rows: tables } = await rows(
    'SELECT table_name, gc_grace_seconds FROM system_schema.tables WHERE keyspace_name = ?',
  );
  for (const { table, grace } of tooBrief(tables))
    log.warn(
      { store: 'cassandra', table, gc_grace_seconds: grace },
      'gc_grace_seconds of a table is below the three hours for which hints are kept: what ended may come back, and a row that only a hint has is lost. Raise it.',
    );
}

/** What a keyspace of this version has lost, and what brings it back: the version says to `migrate` that nothing is to be done. */
export function lackOf(columns: readonly Row[]): string | null {
  const there = Map.groupBy(columns, (row) => text(row, 'table_name'));
  for (const [table, wanted] of Object.entries(columnsOf())) {
    const found = there.get(table)?.map((row) => text(row, 'column_name'));
    if (found === undefined)
      return `The keyspace has no table ${table}: run sql/cassandra/oauth-server.cql by hand, which makes what is missing.`;
    const missing = wanted.find((column) => !found.includes(column));
    if (missing !== undefined)
      return `The table ${table} has no column ${missing}: ALTER TABLE ${table} ADD it, as sql/cassandra/oauth-server.cql has it.`;
  }
  return null;
}

/** Tables that forget what ended before every copy has heard of it; with 0, no hint of theirs is ever handed over. */
export function tooBrief(tables: readonly Row[]): readonly { readonly table: string; readonly grace: number }[] {
  return tables
    .map((row) => ({ table: text(row, 'table_name'), grace: integer(row, 'gc_grace_seconds') }))
    .filter(({ table, grace }) => Object.hasOwn(TABLES, table) && grace < HINT_WINDOW);
}

async function readVersion({ session, plan, deadline }: Checked): Promise<{ version: number; minimum: number }> {
  try {
    const [row] = await session.run('schema_version', {}, plan.register, deadline());
    if (row) return { version: integer(row, 'version'), minimum: integer(row, 'minimum_version') };
  } catch (error) {
    const cause = error instanceof StoreError ? error.cause : error;
    const missing = /unconfigured table|does not exist|unknown table/i.test(
      String(Reflect.get(Object(cause), 'message')),
    );
    if (!missing && faultOf(cause) === 'invalid')
      throw notTaken(`consistency.operations.register ${plan.register}`, cause);
    if (!missing) throw error;
    throw new StoreError('config', `The keyspace has no schema (oauth_schema): ${COMMAND}.`, { cause: causeOf(cause) });
  }
  throw new StoreError('config', `The schema of the keyspace was not finished: ${COMMAND} again.`);
}

/** Primary keys, and what each statement names beside them. */
function columnsOf(): Readonly<Record<string, readonly string[]>> {
  const columns: Record<string, readonly string[]> = {};
  for (const [table, [partition, ...rows]] of Object.entries(TABLES)) columns[table] = [...partition, ...rows];
  for (const { table, revocable } of Object.values(REGISTERS))
    columns[table] = [
      ...(columns[table] ?? []),
      ...REGISTER_COLUMNS,
      ...(revocable ? ['client_epoch', 'revoked_at', 'revoked_by', 'reason'] : []),
    ];
  columns['oauth_token_end'] = [...(columns['oauth_token_end'] ?? []), 'revoked_at', 'revoked_by', 'purge_at'];
  columns['oauth_replay'] = [...(columns['oauth_replay'] ?? []), 'attempt', 'expires_at'];
  columns['oauth_access_token'] = [...(columns['oauth_access_token'] ?? []), ...TOKEN_COLUMNS];
  return columns;
}
