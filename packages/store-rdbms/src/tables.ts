import type { Kind, RegisterKind } from '@gatehouse/core';

/** A column that registers of a kind are listed by; what has no column is a member of the column `data`. */
export type ListedColumn = 'client_id' | 'subject_hash' | 'sid_hash';

export interface RegisterTable {
  readonly table: string;
  /** The column that holds a record's key. */
  readonly key: string;
  readonly listed: readonly ListedColumn[];
  /** With `revoked_at`, `reason` and the `client_epoch` at its addition. */
  readonly revocable: boolean;
}

/** The names of sql/<dbms>/oauth-server.sql; a test holds the scripts to them. */
export const REGISTERS: Readonly<Record<RegisterKind, RegisterTable>> = {
  grant: {
    table: 'oauth_grant',
    key: 'grant_key',
    listed: ['client_id', 'subject_hash', 'sid_hash'],
    revocable: true,
  },
  session: { table: 'oauth_session', key: 'sid_hash', listed: ['subject_hash'], revocable: false },
  consent: { table: 'oauth_consent', key: 'consent_key', listed: ['client_id', 'subject_hash'], revocable: false },
  client: { table: 'oauth_client', key: 'client_key', listed: ['client_id'], revocable: false },
  client_epoch: { table: 'oauth_client_epoch', key: 'epoch_key', listed: ['client_id'], revocable: false },
};

export const REGISTER_KINDS: readonly RegisterKind[] = Object.keys(REGISTERS) as RegisterKind[];

/** What an added register is written with; `version` is 1 and `client_epoch` is looked up. */
export function registerColumns(kind: RegisterKind): readonly string[] {
  const { key, listed } = REGISTERS[kind];
  return ['tenant_id', key, 'attempt', ...listed, 'created_at', 'expires_at', 'purge_at', 'data', 'state'];
}

/** What an added access token is written with; `client_epoch` is looked up where it has no grant. */
export const TOKEN_COLUMNS: readonly string[] = [
  'tenant_id',
  'token_hash',
  'grant_key',
  'client_id',
  'issued_at',
  'expires_at',
  'purge_at',
  'data',
];

/** Instants, versions and counts: 64 bits. What is neither these nor a text of any letters is a key: printable ASCII. */
const INTEGER_COLUMNS: ReadonlySet<string> = new Set([
  'version',
  'client_epoch',
  'created_at',
  'issued_at',
  'expires_at',
  'purge_at',
  'revoked_at',
  'failures',
  'window_end',
  'held_until',
]);

export type ColumnType = 'integer' | 'text' | 'key';

export function columnType(name: string): ColumnType {
  if (INTEGER_COLUMNS.has(name)) return 'integer';
  return TEXT_COLUMNS.includes(name) ? 'text' : 'key';
}

/** Texts of any letters and length, compared with nothing. */
export const TEXT_COLUMNS: readonly string[] = ['data', 'state', 'reason'];

/** What the sweep counts by. */
export type SweptName = Kind | 'nonce' | 'counter';

/** Every table whose rows have an end, with the key column that stands beside `tenant_id`. */
export const SWEPT: Readonly<Record<SweptName, { readonly table: string; readonly key: string }>> = {
  access_token: { table: 'oauth_access_token', key: 'token_hash' },
  ...REGISTERS,
  nonce: { table: 'oauth_replay', key: 'nonce_hash' },
  counter: { table: 'oauth_counter', key: 'counter_hash' },
};

export const SWEPT_NAMES: readonly SweptName[] = Object.keys(SWEPT) as SweptName[];

/** Every table of the schema. */
export const TABLES: readonly string[] = [
  ...Object.values(SWEPT).map(({ table }) => table),
  'oauth_lease',
  'oauth_schema',
];

/** What this package works with; `oauth_schema` says what a database has. */
export const SCHEMA_VERSION = 1;

/** Every index beside the primary keys, with its columns: each has a query. */
export const INDEXES: Readonly<Record<string, { readonly table: string; readonly columns: readonly string[] }>> = {
  oauth_grant_subj: { table: 'oauth_grant', columns: ['tenant_id', 'subject_hash', 'client_id'] },
  oauth_grant_client: { table: 'oauth_grant', columns: ['tenant_id', 'client_id', 'created_at'] },
  oauth_grant_sid: { table: 'oauth_grant', columns: ['tenant_id', 'sid_hash'] },
  oauth_grant_purge: { table: 'oauth_grant', columns: ['purge_at'] },
  oauth_at_purge: { table: 'oauth_access_token', columns: ['purge_at'] },
  oauth_session_subj: { table: 'oauth_session', columns: ['tenant_id', 'subject_hash'] },
  oauth_session_purge: { table: 'oauth_session', columns: ['purge_at'] },
  oauth_consent_subj: { table: 'oauth_consent', columns: ['tenant_id', 'subject_hash', 'client_id'] },
  oauth_consent_client: { table: 'oauth_consent', columns: ['tenant_id', 'client_id', 'created_at'] },
  oauth_consent_purge: { table: 'oauth_consent', columns: ['purge_at'] },
  oauth_client_purge: { table: 'oauth_client', columns: ['purge_at'] },
  oauth_client_epoch_key: { table: 'oauth_client_epoch', columns: ['tenant_id', 'epoch_key'] },
  oauth_client_epoch_purge: { table: 'oauth_client_epoch', columns: ['purge_at'] },
  oauth_replay_purge: { table: 'oauth_replay', columns: ['purge_at'] },
  oauth_counter_purge: { table: 'oauth_counter', columns: ['purge_at'] },
};

/** Every column that a statement names, of each table. */
export const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    REGISTER_KINDS.map((kind) => [
      REGISTERS[kind].table,
      [
        ...registerColumns(kind),
        'version',
        ...(REGISTERS[kind].revocable ? ['revoked_at', 'reason', 'client_epoch'] : []),
      ],
    ]),
  ),
  oauth_access_token: [...TOKEN_COLUMNS, 'client_epoch', 'revoked_at'],
  oauth_replay: ['tenant_id', 'nonce_hash', 'attempt', 'expires_at', 'purge_at'],
  oauth_counter: ['tenant_id', 'counter_hash', 'failures', 'window_end', 'purge_at'],
  oauth_lease: ['lease_name', 'owner_id', 'held_until'],
  oauth_schema: ['version', 'minimum_version', 'checksum'],
};

interface UniqueKey {
  readonly table: string;
  readonly columns: readonly string[];
  readonly primary: boolean;
}

/** What no two rows may share: every primary key, and what is looked up by another. */
export const KEYS: readonly UniqueKey[] = [
  ...Object.values(SWEPT).map(({ table, key }) => ({
    table,
    // A client's epoch is joined by the client.
    columns: ['tenant_id', table === 'oauth_client_epoch' ? 'client_id' : key],
    primary: true,
  })),
  { table: 'oauth_lease', columns: ['lease_name'], primary: true },
  { table: 'oauth_schema', columns: ['version'], primary: true },
  { table: 'oauth_client_epoch', columns: ['tenant_id', 'epoch_key'], primary: false },
];
