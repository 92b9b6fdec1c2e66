import type { RegisterKind } from '@gatehouse/core';

/** A table that registers of a kind are listed by: a partition of what they have in common, in the order of their keys. */
export interface LookUp {
  readonly table: string;
  /** Its partition: beside `tenant_id`, in this order. */
  readonly partition: readonly ('subject_hash' | 'sid_hash' | 'client_id' | 'month' | 'bucket')[];
  /** The column of the register's key. */
  readonly key: string;
  readonly by: 'subject' | 'client' | 'session' | 'nothing';
}

export interface RegisterTable {
  readonly table: string;
  /** The column that holds a record's key. */
  readonly key: string;
  /** With `client_epoch`, `revoked_at`, `revoked_by` and `reason`. */
  readonly revocable: boolean;
  /** Whether emptying may bring the end of a row forward: then its table's gc_grace is that of deletions. */
  readonly shortens: boolean;
  readonly lookUps: readonly LookUp[];
}

/** The names of sql/cassandra/oauth-server.cql; a test holds the script to them. */
export const REGISTERS: Readonly<Record<RegisterKind, RegisterTable>> = {
  grant: {
    table: 'oauth_grant',
    key: 'grant_key',
    revocable: true,
    shortens: false,
    lookUps: [
      { table: 'oauth_subject_grants', partition: ['subject_hash'], key: 'grant_key', by: 'subject' },
      { table: 'oauth_sid_grants', partition: ['sid_hash'], key: 'grant_key', by: 'session' },
      { table: 'oauth_client_grants', partition: ['client_id', 'month', 'bucket'], key: 'grant_key', by: 'client' },
    ],
  },
  session: {
    table: 'oauth_session',
    key: 'session_key',
    revocable: false,
    shortens: false,
    lookUps: [{ table: 'oauth_subject_sessions', partition: ['subject_hash'], key: 'session_key', by: 'subject' }],
  },
  consent: {
    table: 'oauth_consent',
    key: 'consent_key',
    revocable: false,
    shortens: true,
    lookUps: [
      { table: 'oauth_subject_consents', partition: ['subject_hash'], key: 'consent_key', by: 'subject' },
      { table: 'oauth_client_consents', partition: ['client_id', 'bucket'], key: 'consent_key', by: 'client' },
    ],
  },
  client: {
    table: 'oauth_client',
    key: 'client_key',
    revocable: false,
    shortens: true,
    lookUps: [{ table: 'oauth_clients', partition: ['bucket'], key: 'client_key', by: 'nothing' }],
  },
  client_epoch: {
    table: 'oauth_client_epoch',
    key: 'epoch_key',
    revocable: false,
    shortens: true,
    lookUps: [],
  },
};

export const REGISTER_KINDS: readonly RegisterKind[] = Object.keys(REGISTERS) as RegisterKind[];

export const LOOK_UPS: readonly LookUp[] = Object.values(REGISTERS).flatMap(({ lookUps }) => lookUps);

/** Partitions over which one client's, or one namespace's, records are spread. */
export const BUCKETS = 64;
/** Months in which a client has grants: what a listing by client goes through. */
export const MONTHS = 'oauth_client_months';

/** What a register is written with each time, its own key aside: all of it, since a life belongs to a cell. */
export const REGISTER_COLUMNS: readonly string[] = [
  'version',
  'attempt',
  'client_id',
  'subject',
  'session_id',
  'created_at',
  'expires_at',
  'purge_at',
  'data',
  'state',
  'emptied',
];

export const TOKEN_COLUMNS: readonly string[] = [
  'attempt',
  'grant_key',
  'client_id',
  'client_epoch',
  'subject',
  'scope',
  'audience',
  'issued_at',
  'expires_at',
  'purge_at',
  'data',
];

/** Every table of the schema, with its primary key: the first member is the partition. */
export const TABLES: Readonly<Record<string, readonly [partition: readonly string[], ...rows: readonly string[]]>> = {
  ...Object.fromEntries(Object.values(REGISTERS).map(({ table, key }) => [table, [['tenant_id', key]]] as const)),
  ...Object.fromEntries(
    LOOK_UPS.map(({ table, partition, key }) => [table, [['tenant_id', ...partition], key]] as const),
  ),
  [MONTHS]: [['tenant_id', 'client_id'], 'month'],
  oauth_access_token: [['tenant_id', 'token_hash']],
  oauth_token_end: [['tenant_id', 'token_hash'], 'client_id'],
  oauth_replay: [['tenant_id', 'nonce_hash']],
  oauth_counter: [['tenant_id', 'counter_hash'], 'at', 'id'],
  oauth_schema: [['id']],
};

/** Tables that lightweight transactions alone write to. Every other one is never written by any. */
export const DECIDED: ReadonlySet<string> = new Set([
  ...Object.values(REGISTERS).map(({ table }) => table),
  'oauth_token_end',
  'oauth_replay',
  'oauth_schema',
]);

/** What this package works with; `oauth_schema` says what a keyspace has. */
export const SCHEMA_VERSION = 1;
