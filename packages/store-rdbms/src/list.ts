import {
  type Key,
  type ListBy,
  type Page,
  type PageRequest,
  type Register,
  type RegisterKind,
  StoreError,
} from '@gatehouse/core';
import { type ListFilter, listingId } from './catalogue.ts';
import { clientColumn, subjectColumn } from './columns.ts';
import type { Database } from './database/database.ts';
import { registerOf } from './rows.ts';
import type { Params } from './statement.ts';

/** In the order of the listing's name. */
const FILTERS: readonly ListFilter[] = ['subject', 'client', 'session'];

/** Before every record: `-` is the smallest letter of a key. */
const START = { created: -8.64e15 - 1, key: '-' };

const CURSOR = /^(-?[0-9a-z]{1,12})\.([A-Za-z0-9_-]{43})$/;

/** A page in the order of addition (clients: of their keys); neither changes, so pages neither repeat nor miss. */
export async function list(
  database: Database,
  tenant: string,
  kind: RegisterKind,
  by: ListBy,
  { limit, after }: PageRequest,
): Promise<Page<Register>> {
  const filters = FILTERS.filter((name) => by[name] !== undefined);
  const from = after === undefined || after === null ? START : read(after);
  const params: Params = {
    tenant_id: tenant,
    ...(by.subject === undefined ? {} : { subject_hash: subjectColumn(by.subject) }),
    ...(by.client === undefined ? {} : { client_id: clientColumn(by.client) }),
    ...(by.session === undefined ? {} : { sid_hash: by.session }),
    after_created: from.created,
    after_key: from.key,
    // One more tells whether there is a next page.
    page: limit + 1,
  };
  const found = (await database.run(listingId(kind, filters), params)).rows;
  const rows = found.filter((row) => row['tenant_id'] === tenant);
  const items = rows.slice(0, limit).map((row) => registerOf(kind, row));
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? write(last) : null };
}

function write({ createdAt, key }: Register): string {
  return `${createdAt.toString(36)}.${key}`;
}

function read(cursor: string): { readonly created: number; readonly key: Key } {
  const [, created, key] = CURSOR.exec(cursor) ?? [];
  const instant = Number.parseInt(created ?? '', 36);
  if (key === undefined || !Number.isSafeInteger(instant))
    throw new StoreError('invalid', 'A cursor is what the page before gave.');
  return { created: instant, key: key as Key };
}
