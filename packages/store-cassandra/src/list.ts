import {
  type ClientId,
  type Key,
  type ListBy,
  type Page,
  type PageRequest,
  type Register,
  type RegisterKind,
  StoreError,
} from '@gatehouse/core';
import { integer, text } from './cells.ts';
import { subjectColumn } from './columns.ts';
import { inTurns } from './in-turns.ts';
import { FIRST, pageOfKeys, type ReadKeys } from './page-of-keys.ts';
import { epochOf, readRegister } from './read-register.ts';
import type { Call } from './room.ts';
import { asRegister, type RegisterRow } from './rows.ts';
import { BUCKETS, type LookUp, MONTHS, REGISTERS } from './schema/tables.ts';
import type { Params } from './session/session.ts';

/** A month of a client, or none; a bucket, or none; and the last key that was given. */
interface Cursor {
  readonly month: number;
  readonly bucket: number;
  readonly key: string;
}

/** Rows of a look-up that one page goes through: those of what ended stay where nothing ends them, and a page has its time. */
const MOST_LOOKED_AT = 2_000;

const START: Cursor = { month: Number.MIN_SAFE_INTEGER, bucket: 0, key: FIRST };
const CURSOR = /^(?:(-?\d{1,9})\.)?(?:(\d{1,2})\.)?([A-Za-z0-9_-]{43})$/;
const WITHOUT = { month: 0, bucket: 0 };

/**
 * A page in the order of partitions and keys, neither of which changes, so pages neither repeat nor miss. What is
 * listed is looked at: a row that leads to nothing any more is no item.
 */
export async function list(
  call: Call,
  kind: RegisterKind,
  by: ListBy,
  { limit, after }: PageRequest,
): Promise<Page<Register>> {
  const from = after === undefined || after === null ? START : read(after);
  const lookUp = narrowest(kind, by);
  // Epochs are found by their clients, and nobody lists them.
  if (lookUp === undefined) return { items: [], next: null };
  const items: Register[] = [];
  let last: Cursor | null = null;
  let lookedAt = 0;
  for await (const { place, keys } of pages(call, lookUp, by, from, Math.min(call.pageSize, limit + 1))) {
    for (const { key, register } of await looked(call, kind, keys)) {
      if (register === undefined || !matches(register, by)) continue;
      // One more tells whether there is a next page.
      if (items.length === limit) return { items, next: last && written(lookUp, last) };
      items.push(register);
      last = { ...place, key };
    }
    lookedAt += keys.length;
    if (lookedAt >= MOST_LOOKED_AT) return { items, next: written(lookUp, { ...place, key: keys.at(-1) ?? FIRST }) };
  }
  return { items, next: null };
}

/** The one with the fewest rows: a session has a few grants, an owner some, a client any number. */
function narrowest(kind: RegisterKind, by: ListBy): LookUp | undefined {
  const { lookUps } = REGISTERS[kind];
  const named = (['session', 'subject', 'client'] as const).find((name) => by[name] !== undefined) ?? 'nothing';
  return lookUps.find((one) => one.by === named);
}

type Place = Omit<Cursor, 'key'>;

interface Keys {
  readonly place: Place;
  readonly keys: readonly Key[];
}

/** The partitions of a month are asked at once: most of a small client's hold nothing. */
async function* pages(call: Call, lookUp: LookUp, by: ListBy, from: Cursor, page: number): AsyncGenerator<Keys> {
  for await (const places of groups(call, lookUp, by.client, from)) {
    const firsts = new Map<Place, readonly Key[]>();
    await inTurns(places, async (place) => {
      const after = isIn(place, from) || !lookUp.partition.includes('bucket') ? from.key : FIRST;
      firsts.set(place, await keysOf(call, lookUp, partitionOf(lookUp, by, place), after, page));
    });
    for (const [place, first] of places.map((one) => [one, firsts.get(one) ?? []] as const)) {
      let keys = first;
      if (keys.length > 0) yield { place, keys };
      while (keys.length === page) {
        keys = await keysOf(call, lookUp, partitionOf(lookUp, by, place), keys.at(-1) ?? FIRST, page);
        if (keys.length > 0) yield { place, keys };
      }
    }
  }
}

/** From the cursor's on; those of one client are told by its months. */
async function* groups(
  call: Call,
  { partition }: LookUp,
  client: ClientId | undefined,
  from: Cursor,
): AsyncGenerator<readonly Place[]> {
  if (!partition.includes('bucket')) {
    yield [WITHOUT];
    return;
  }
  const months = partition.includes('month') && client !== undefined ? await monthsOf(call, client) : [WITHOUT.month];
  for (const month of months)
    yield Array.from({ length: BUCKETS }, (_, bucket) => ({ month, bucket })).filter(
      ({ bucket }) => month > from.month || (month === from.month && bucket >= from.bucket),
    );
}

function isIn(place: Place, { month, bucket }: Cursor): boolean {
  return place.month === month && place.bucket === bucket;
}

async function monthsOf({ session, tenant, plan, deadline }: Call, client_id: ClientId): Promise<readonly number[]> {
  const params = { tenant_id: tenant, client_id, after: -2_147_483_648, before: 2_147_483_647, page: 100_000 };
  const rows = await session.run(`page_${MONTHS}`, params, plan.register, deadline);
  return rows.map((row) => integer(row, 'month'));
}

function keysOf(
  { session, tenant, plan, deadline }: Call,
  { table, key }: LookUp,
  partition: Params,
  behind: string,
  most: number,
): Promise<readonly Key[]> {
  const of = { tenant_id: tenant, ...partition };
  const read: ReadKeys = async (after, before, page) => {
    const rows = await session.run(`page_${table}`, { ...of, after, before, page }, plan.register, deadline);
    return rows.map((row) => text(row, key) as Key);
  };
  return pageOfKeys(read, behind, most);
}

function partitionOf({ partition }: LookUp, { subject, session, client }: ListBy, place: Place): Params {
  const all: Params = {
    subject_hash: subject === undefined ? undefined : subjectColumn(subject),
    sid_hash: session,
    client_id: client,
    ...place,
  };
  return Object.fromEntries(partition.map((name) => [name, all[name]]));
}

async function looked(
  call: Call,
  kind: RegisterKind,
  keys: readonly Key[],
): Promise<readonly { readonly key: Key; readonly register: Register | undefined }[]> {
  const rows = new Map<Key, RegisterRow>();
  await inTurns(keys, async (key) => {
    const row = await readRegister(call, kind, key);
    if (row) rows.set(key, row);
  });
  const epochs = new Map<string, number>();
  const clients = kind === 'grant' ? new Set([...rows.values()].flatMap(({ clientId }) => clientId ?? [])) : [];
  await inTurns([...clients], async (clientId) => void epochs.set(clientId, await epochOf(call, clientId)));
  return keys.map((key) => {
    const row = rows.get(key);
    return { key, register: row && asRegister(row, epochs.get(row.clientId ?? '') ?? 0) };
  });
}

function matches({ subject, clientId, sessionId }: Register, by: ListBy): boolean {
  return (
    (by.subject === undefined || by.subject === subject) &&
    (by.client === undefined || by.client === clientId) &&
    (by.session === undefined || by.session === sessionId)
  );
}

function written({ partition }: LookUp, { month, bucket, key }: Cursor): string {
  const parts = [partition.includes('month') ? month : null, partition.includes('bucket') ? bucket : null, key];
  return parts.filter((part) => part !== null).join('.');
}

function read(cursor: string): Cursor {
  const [, month, bucket, key] = CURSOR.exec(cursor) ?? [];
  if (key === undefined) throw new StoreError('invalid', 'A cursor is what the page before gave.');
  // With one number before the key it is the bucket.
  if (month !== undefined && bucket === undefined) return { ...WITHOUT, bucket: Number(month), key };
  return { month: Number(month ?? WITHOUT.month), bucket: Number(bucket ?? WITHOUT.bucket), key };
}
