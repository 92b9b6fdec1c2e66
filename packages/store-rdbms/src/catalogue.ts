import type { Kind, RegisterKind } from '@gatehouse/core';
import type { ManyText, PlaceholderStyle, StatementText } from './statement.ts';
import type { SweptName } from './tables.ts';

/** What a listing can be narrowed by; the names of `ListBy`. */
export type ListFilter = 'subject' | 'client' | 'session';

/** Every combination that registers of a kind are listed by; the empty one is "whole". */
export const LISTINGS: Readonly<Record<RegisterKind, readonly (readonly ListFilter[])[]>> = {
  grant: [
    ['subject'],
    ['client'],
    ['session'],
    ['subject', 'client'],
    ['subject', 'session'],
    ['client', 'session'],
    ['subject', 'client', 'session'],
  ],
  session: [['subject']],
  consent: [['subject'], ['client'], ['subject', 'client']],
  client: [[]],
  client_epoch: [[]],
};

/** `list_grant_by_subject_client`, `list_client` */
export function listingId(kind: RegisterKind, filters: readonly ListFilter[]): `list_${string}` {
  return filters.length > 0 ? `list_${kind}_by_${filters.join('_')}` : `list_${kind}`;
}

/**
 * What a store says to its database, by name; each dialect writes every one of them. Parameters are named as the
 * columns they are compared with or stored in; beside those:
 * - `key`: the key of the record; `from_version`: the version a change starts from;
 * - `at`: the caller's instant; `before`: rows whose `purge_at` is smaller are past their time;
 * - `after_created`, `after_key`, `page`: where a page begins, and how many rows it has.
 */
export type StatementId =
  | `find_${Kind}`
  /** `expires_at` and `purge_at` only ever raise; 1 row: mine, 0 rows: outdated. */
  | `change_${RegisterKind}`
  /** `state` becomes null, `expires_at` and `purge_at` are set unless null. */
  | `empty_${RegisterKind}`
  /** `version` and `attempt` of what a change did not find as it was. */
  | `seen_${RegisterKind}`
  | 'revoke_token'
  | `list_${string}`
  /** `once_add` may answer a duplicate by 0 rows or by an error; `once_take` takes over what ended by `at`. */
  | 'once_add'
  | 'once_take'
  | 'once_read'
  /** One more: in the window that is open at `at`, else the first of a window until `window_end`. */
  | 'count_more'
  /** The first failure of a counter that has no row. */
  | 'count_add'
  | 'count_read'
  | 'count_clear'
  /** 1 row: the lease is `owner_id`'s until `held_until`. */
  | 'lease_take'
  /** The same, from whoever holds it for longer than until `latest`. */
  | 'lease_seize'
  | 'lease_read'
  /** The lease, where its row is missing. */
  | 'lease_add'
  | 'lease_release'
  /** Of the whole database; as `own_…` the same of the namespace `tenant_id` alone. */
  | `${'' | 'own_'}${SweepStatement}_${SweptName}`
  /** Everything of a namespace: a scratch one, after a test. */
  | `forget_${SweptName}`
  /** `now_ms`: the database's clock, epoch milliseconds. */
  | 'clock'
  /** `version`, `minimum_version`, `checksum` of the newest row. */
  | 'schema_version';

export type SweepStatement =
  /** At most `page` rows from `from_purge` on and before `before`; see {@link PurgeForm}. */
  | 'purge'
  | 'purge_pick'
  /** `oldest`: the smallest `purge_at`, from `from_purge` on. */
  | 'oldest'
  /** `n`: how many rows are past their time, at most `page`. */
  | 'backlog';

export type ManyId =
  /** Rows of `registerColumns(kind)` or `TOKEN_COLUMNS`; a key that is there already is a duplicate, and none is added. */
  | `add_${Kind}`
  /** The rows are `grant_key`s; the same for all: `tenant_id`, `at`, `reason`. Counts those it ended. */
  | 'revoke_grants'
  /** The rows are keys of one `tenant_id` to remove, still only where `purge_at` is before `before`. */
  | `purge_picked_${SweptName}`;

/**
 * How a dialect removes a batch.
 * - `returning`: `purge_x` answers one row, `n` and `last` (the greatest `purge_at` removed).
 * - `counted`: `purge_x` answers by its row count.
 * - `picked`: `purge_pick_x` answers `tenant_id`, `key`, `purge_at`; `purge_picked_x` removes them.
 */
export type PurgeForm = 'returning' | 'counted' | 'picked';

export interface Catalogue {
  readonly statements: ReadonlyMap<StatementId, StatementText>;
  readonly many: ReadonlyMap<ManyId, ManyText>;
  readonly purge: PurgeForm;
  /** Rows that one batch removes at most, whatever was asked for: with more the engine locks the whole table. */
  readonly mostPurged?: number;
  /**
   * A change with one access token in one statement, for dialects that can: `change_and_token`. Its names are
   * those of `change_grant` and of `add_access_token`, the latter with `token_` in front; its count is that of the change.
   */
  readonly changeAndToken?: StatementText;
  /** `count_more` adds the counter where it is missing and answers one row with its `failures`, in one statement. */
  readonly countsAtOnce: boolean;
}

/** What a dialect's texts are compiled with. */
export interface Texts {
  /** For people: `PostgreSQL`. */
  readonly title: string;
  readonly catalogue: Catalogue;
  readonly placeholders: PlaceholderStyle;
  /** Parameters one statement takes. */
  readonly maxParameters: number;
  /**
   * A table's name in a schema, as it stands in a statement; `schema` is checked to be a plain name. Absent: what a
   * connection names (a database, a file) is all there is.
   */
  readonly qualify?: (table: string, schema: string) => string;
}
