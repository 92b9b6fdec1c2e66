import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { temporaryFolder } from './command-line.ts';

const SCHEMA = new URL('../../sql/sqlite/oauth-server.sql', import.meta.url);

const ENDING = [
  'oauth_access_token',
  'oauth_grant',
  'oauth_session',
  'oauth_consent',
  'oauth_client',
  'oauth_client_epoch',
  'oauth_replay',
  'oauth_counter',
];

type Rows = readonly Readonly<Record<string, SQLOutputValue>>[];

/** A SQLite store in which somebody lives, and a way to it past the server. */
export interface StoreInUse {
  readonly url: string;
  readonly database: DatabaseSync;
  /** One record in each table that is swept, all of them dead at an instant. */
  live(namespace: string, until: number): void;
  /** Every record there is, by its table. */
  rows(): Readonly<Record<string, Rows>>;
  remove(): void;
}

export function storeInUse(): StoreInUse {
  const folder = temporaryFolder();
  const file = path.join(folder.path, 'store.db');
  const url = `sqlite:${file}`;
  // The server that writes there may be kept waiting in the middle of it, on a crowded machine.
  const database = new DatabaseSync(file, { timeout: 60_000 });
  database.exec(readFileSync(SCHEMA, 'utf8'));
  return {
    url,
    database,
    live(namespace, until) {
      const now = Date.now();
      const all = {
        tenant_id: namespace,
        attempt: 'a',
        client_id: 'app',
        created_at: now,
        data: '{"v":1}',
        version: 1,
      };
      const ends = { expires_at: until, purge_at: until };
      const add = (table: string, row: Readonly<Record<string, string | number>>): void => {
        const names = Object.keys(row);
        database
          .prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
          .run(...Object.values(row));
      };
      const { attempt, client_id, ...subjectOnly } = all;
      add('oauth_grant', { ...all, ...ends, grant_key: 'g', subject_hash: 's', client_epoch: 0 });
      add('oauth_session', { ...subjectOnly, attempt, ...ends, sid_hash: 's', subject_hash: 's' });
      add('oauth_consent', { ...all, ...ends, consent_key: 'c', subject_hash: 's' });
      add('oauth_client', { ...all, ...ends, client_key: 'c' });
      add('oauth_client_epoch', { ...all, ...ends, epoch_key: 'e' });
      const token = {
        tenant_id: namespace,
        token_hash: 't',
        grant_key: 'g',
        client_id,
        issued_at: now,
        data: '{"v":1}',
      };
      add('oauth_access_token', { ...token, ...ends });
      add('oauth_replay', { tenant_id: namespace, nonce_hash: 'n', attempt, ...ends });
      add('oauth_counter', {
        tenant_id: namespace,
        counter_hash: 'c',
        failures: 1,
        window_end: until,
        purge_at: until,
      });
    },
    rows: () =>
      Object.fromEntries(ENDING.map((table) => [table, database.prepare(`SELECT * FROM ${table}`).all() as Rows])),
    remove() {
      database.close();
      folder.remove();
    },
  };
}
