import type { ManyId } from '../catalogue.ts';
import { CompiledCatalogue } from '../database/compiled-catalogue.ts';
import type { Bound } from '../database/engine.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { bind, type Compiled, type Params, type Value } from '../statement.ts';
import { columnType } from '../tables.ts';
import { LIVE_KEY, TENANT } from './dead-rows.test-support.ts';

const PRIMARY = /pkey$|PRIMARY|sqlite_autoindex/;
const EPOCH_KEY = /oauth_client_epoch_key/;

/** By owner, client or browser session; of several the engine takes one, and holds the rest against its rows. */
const LISTED = /_(?:subj|client|sid)\b/;

/** The first and the last of an index are looked up while MySQL plans. */
const PURGED = /_purge\b|Select tables optimized away/;

/** All of a namespace: one that is most of its table is rightly read as a whole. */
const FORGETS = /^forget_/;
const SMALL = 'a-namespace-without-records';

const MEANT: readonly (readonly [id: RegExp, index: RegExp | null])[] = [
  // A table of one row; rows that are added where they belong.
  [/^(?:clock|schema_version|lease_|once_add$|count_add$)/, null],
  [/^add_(?!access_token|grant)/, null],
  [/^list_\w+_by_/, LISTED],
  [/^(?:find|seen|change|empty|list)_client_epoch$/, EPOCH_KEY],
  [/^(?:purge|oldest|backlog)_(?!picked)/, PURGED],
  // Of one namespace: its own rows, or those that are past their time. Both are few in a scratch one.
  [/^own_/, new RegExp(`${PURGED.source}|${PRIMARY.source}`)],
  // Their keys, or what is past its time: there may be nothing of the kind.
  [/^purge_picked_client/, new RegExp(`${PURGED.source}|${EPOCH_KEY.source}|${PRIMARY.source}`)],
  // Every index that begins with the namespace is as good.
  [FORGETS, /pkey$|PRIMARY|sqlite_autoindex|_(?:subj|client|sid|key)\b/],
  // An addition looks its client's epoch up, and nothing else.
  [/./, PRIMARY],
];

/** What names the index by which a statement is meant to find its rows; null: it looks for none. */
export function meant(id: string): RegExp | null {
  return MEANT.find(([pattern]) => pattern.test(id))?.[1] ?? null;
}

export interface Said {
  readonly id: string;
  readonly compiled: Compiled;
  readonly values: Bound;
}

/** Each statement of a dialect, with values of a row that is there. */
export function everyStatement(dialect: Dialect): readonly Said[] {
  const catalogue = new CompiledCatalogue(dialect, undefined);
  const ones = catalogue.all.map((compiled) => ({
    id: compiled.id,
    compiled,
    values: bind(compiled, { ...sampleOf(compiled.order), ...(FORGETS.test(compiled.id) ? { tenant_id: SMALL } : {}) }),
  }));
  const manies = [...dialect.catalogue.many.keys()].flatMap((id: ManyId) => {
    const { order } = catalogue.manyOf(id, 1);
    const row = sampleOf(order);
    const rows = ['0', '1'].map((digit) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, another(value, digit)])),
    );
    return catalogue.parts(id, row, rows).map((part) => ({ id, ...part }));
  });
  return [...ones, ...manies];
}

/** Two rows of one key are none. */
function another(value: Value, digit: string): Value {
  return value === LIVE_KEY ? LIVE_KEY.replace(/.$/, digit) : value;
}

const SAMPLE: Readonly<Record<string, Value>> = {
  tenant_id: TENANT,
  // Of a client that has an epoch.
  client_id: LIVE_KEY,
  attempt: 'a',
  page: 100,
  from_purge: 0,
  before: 500,
  after_created: 0,
  // Before every end, so that no condition is known to fail before it is looked at.
  at: -1,
};

function sampleOf(names: readonly string[]): Params {
  return Object.fromEntries(
    names.map((name) => {
      const column = name.replace(/^token_(?!hash)/, '');
      if (column in SAMPLE) return [name, SAMPLE[column] as Value];
      if (column === 'from_version' || columnType(column) === 'integer') return [name, 1];
      return [name, columnType(column) === 'text' ? '{}' : LIVE_KEY];
    }),
  );
}
