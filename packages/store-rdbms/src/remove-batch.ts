import type { Instant } from '@gatehouse/core';
import type { PurgeForm } from './catalogue.ts';
import type { Database } from './database/database.ts';
import { integer, optionalInteger, text } from './rows.ts';
import type { Params } from './statement.ts';
import { SWEPT, type SweptName } from './tables.ts';

export interface Removed {
  readonly removed: number;
  /** Whether there may be more. */
  readonly full: boolean;
  /** Where the next batch begins: the index entries of the dead before it need not be walked again. */
  readonly from: Instant;
}

/** Whose rows are meant: all of the database, or with `own_` those of one namespace. */
export interface SweepScope {
  readonly prefix: '' | 'own_';
  /** `tenant_id`, with `own_`. */
  readonly params: Params;
}

type Remover = (
  database: Database,
  scope: SweepScope,
  name: SweptName,
  from: Instant,
  before: Instant,
  batch: number,
) => Promise<Removed>;

const REMOVERS: Readonly<Record<PurgeForm, Remover>> = {
  async returning(database, { prefix, params: whose }, name, from, before, batch) {
    const params = { ...whose, from_purge: from, before, page: batch };
    const [row] = (await database.run(`${prefix}purge_${name}`, params)).rows;
    const removed = row === undefined ? 0 : integer(row, 'n');
    return { removed, full: removed >= batch, from: (row && optionalInteger(row, 'last')) ?? from };
  },

  async counted(database, { prefix, params }, name, from, before, batch) {
    const { count } = await database.run(`${prefix}purge_${name}`, {
      ...params,
      from_purge: from,
      before,
      page: batch,
    });
    if (count < batch) return { removed: count, full: false, from };
    const [row] = (await database.run(`${prefix}oldest_${name}`, { ...params, from_purge: from })).rows;
    return { removed: count, full: true, from: (row && optionalInteger(row, 'oldest')) ?? from };
  },

  async picked(database, { prefix, params }, name, from, before, batch) {
    const { rows } = await database.run(`${prefix}purge_pick_${name}`, {
      ...params,
      from_purge: from,
      before,
      page: batch,
    });
    const last = rows.at(-1);
    if (last === undefined) return { removed: 0, full: false, from };
    const keys = rows.map((row) => ({ tenant_id: text(row, 'tenant_id'), key: text(row, SWEPT[name].key) }));
    // In the order of the primary key, as everybody locks them.
    keys.sort((a, b) => (a.tenant_id === b.tenant_id ? (a.key < b.key ? -1 : 1) : a.tenant_id < b.tenant_id ? -1 : 1));
    let removed = 0;
    for (const [tenant_id, some] of Map.groupBy(keys, (key) => key.tenant_id))
      removed += (await database.runMany(`purge_picked_${name}`, { before, tenant_id }, some)).count;
    return { removed, full: rows.length >= batch, from: integer(last, 'purge_at') };
  },
};

/** At most `batch` rows of one table, the oldest from `from` on. */
export function removeBatch(
  database: Database,
  form: PurgeForm,
  scope: SweepScope,
  name: SweptName,
  from: Instant,
  before: Instant,
  batch: number,
): Promise<Removed> {
  return REMOVERS[form](database, scope, name, from, before, batch);
}
