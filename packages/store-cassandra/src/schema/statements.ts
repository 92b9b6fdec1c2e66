import type { RegisterKind } from '@gatehouse/core';
import type { Stage } from '../session/fault.ts';
import { LOOK_UPS, MONTHS, REGISTER_COLUMNS, REGISTER_KINDS, REGISTERS, TOKEN_COLUMNS } from './tables.ts';

/** One text for one question; parameters by name. */
export interface Statement {
  readonly id: string;
  readonly text: string;
  readonly stage: Stage;
}

export type StatementId =
  | `${'find' | 'add' | 'change'}_${RegisterKind}`
  | 'revoke_grant'
  | 'find_token'
  | 'add_token'
  | 'find_token_end'
  | 'add_token_end'
  | 'lengthen_token_end'
  | `${'note' | 'page'}_${string}`
  | 'once_add'
  | 'once_take'
  | 'once_read'
  | 'count_add'
  | 'count_read'
  | 'count_clear'
  | 'schema_version'
  | 'deciding_levels';

const bound = (columns: readonly string[]): string => columns.map((column) => `:${column}`).join(', ');
const set = (columns: readonly string[]): string => columns.map((column) => `${column} = :${column}`).join(', ');
const where = (columns: readonly string[]): string => columns.map((column) => `${column} = :${column}`).join(' AND ');

/** Every statement that the store sends once it is open. */
export const STATEMENTS: ReadonlyMap<string, Statement> = new Map(
  [...registers(), ...tokens(), ...lookUps(), ...nonces(), ...counters(), ...questions()].map((one) => [one.id, one]),
);

function* registers(): Generator<Statement> {
  for (const kind of REGISTER_KINDS) {
    const { table, key, revocable } = REGISTERS[kind];
    const at = ['tenant_id', key];
    const own = [...REGISTER_COLUMNS, ...(revocable ? ['client_epoch'] : [])];
    const ending = ['revoked_at', 'revoked_by', 'reason'];
    const seen = [key, ...own, ...(revocable ? ending : [])];
    yield {
      id: `find_${kind}`,
      stage: 'read',
      text: `SELECT ${seen.join(', ')} FROM ${table} WHERE ${where(at)}`,
    };
    yield {
      id: `add_${kind}`,
      stage: 'decide',
      // No INSERT: that leaves a mark of the row with a life of its own, which no later UPDATE shortens. A row that has
      // nothing left but its mark would stand in the way of the next addition, for ever where it had no end.
      text: `UPDATE ${table} USING TTL :ttl SET ${set(own)} WHERE ${where(at)} IF version = null`,
    };
    yield {
      id: `change_${kind}`,
      stage: 'decide',
      // The attempt too: a row that ended and was added again begins with version 1 once more.
      text: `UPDATE ${table} USING TTL :ttl SET ${set(own)} WHERE ${where(at)} IF version = :from_version AND attempt = :from_attempt${revocable ? ' AND revoked_at = null' : ''}`,
    };
    if (revocable)
      yield {
        id: 'revoke_grant',
        stage: 'decide',
        text: `UPDATE ${table} USING TTL :ttl SET ${set([...own, ...ending])} WHERE ${where(at)} IF version = :from_version AND attempt = :from_attempt AND revoked_at = null`,
      };
  }
}

function* tokens(): Generator<Statement> {
  const at = ['tenant_id', 'token_hash'];
  const all = [...at, ...TOKEN_COLUMNS];
  const end = [...at, 'client_id'];
  const ending = ['revoked_at', 'revoked_by', 'purge_at'];
  yield {
    id: 'find_token',
    stage: 'read',
    text: `SELECT ${['token_hash', ...TOKEN_COLUMNS].join(', ')} FROM oauth_access_token WHERE ${where(at)}`,
  };
  yield {
    id: 'add_token',
    stage: 'write',
    text: `INSERT INTO oauth_access_token (${all.join(', ')}) VALUES (${bound(all)}) USING TTL :ttl AND TIMESTAMP :written_at`,
  };
  yield {
    id: 'find_token_end',
    stage: 'read',
    text: `SELECT ${ending.join(', ')} FROM oauth_token_end WHERE ${where(end)}`,
  };
  yield {
    id: 'add_token_end',
    stage: 'decide',
    // Where it is not applied, what stands in a condition is answered.
    text: `UPDATE oauth_token_end USING TTL :ttl SET ${set(ending)} WHERE ${where(end)} IF ${ending.map((column) => `${column} = null`).join(' AND ')}`,
  };
  yield {
    id: 'lengthen_token_end',
    stage: 'decide',
    text: `UPDATE oauth_token_end USING TTL :ttl SET ${set(ending)} WHERE ${where(end)} IF purge_at = :from_purge_at AND revoked_by = :revoked_by`,
  };
}

function* lookUps(): Generator<Statement> {
  const tables = [
    ...LOOK_UPS.map(({ table, partition, key }) => ({ table, partition: ['tenant_id', ...partition], key })),
    { table: MONTHS, partition: ['tenant_id', 'client_id'], key: 'month' },
  ];
  for (const { table, partition, key } of tables) {
    const all = [...partition, key];
    yield {
      id: `note_${table}`,
      stage: 'write',
      text: `INSERT INTO ${table} (${all.join(', ')}) VALUES (${bound(all)}) USING TTL :ttl AND TIMESTAMP :written_at`,
    };
    yield {
      id: `page_${table}`,
      stage: 'read',
      text: `SELECT ${key} FROM ${table} WHERE ${where(partition)} AND ${key} > :after AND ${key} < :before LIMIT :page`,
    };
  }
}

function* nonces(): Generator<Statement> {
  yield {
    id: 'once_add',
    stage: 'decide',
    text: 'UPDATE oauth_replay USING TTL :ttl SET attempt = :attempt, expires_at = :expires_at WHERE tenant_id = :tenant_id AND nonce_hash = :nonce_hash IF attempt = null AND expires_at = null',
  };
  yield {
    id: 'once_take',
    stage: 'decide',
    text: 'UPDATE oauth_replay USING TTL :ttl SET attempt = :attempt, expires_at = :expires_at WHERE tenant_id = :tenant_id AND nonce_hash = :nonce_hash IF attempt = :from_attempt AND expires_at = :from_expires_at',
  };
  yield {
    id: 'once_read',
    stage: 'read',
    text: 'SELECT attempt, expires_at FROM oauth_replay WHERE tenant_id = :tenant_id AND nonce_hash = :nonce_hash',
  };
}

function* counters(): Generator<Statement> {
  const at = ['tenant_id', 'counter_hash'];
  yield {
    id: 'count_add',
    stage: 'write',
    text: `INSERT INTO oauth_counter (${at.join(', ')}, at, id) VALUES (${bound(at)}, :at, :id) USING TTL :ttl AND TIMESTAMP :written_at`,
  };
  yield {
    id: 'count_read',
    stage: 'read',
    text: `SELECT at, id FROM oauth_counter WHERE ${where(at)} AND at > :after LIMIT :page`,
  };
  yield {
    id: 'count_clear',
    stage: 'write',
    text: `DELETE FROM oauth_counter USING TIMESTAMP :written_at WHERE ${where(at)} AND at = :at AND id = :id`,
  };
}

function* questions(): Generator<Statement> {
  yield {
    id: 'schema_version',
    stage: 'read',
    text: "SELECT version, minimum_version FROM oauth_schema WHERE id = 'oauth'",
  };
  yield {
    id: 'deciding_levels',
    stage: 'read',
    text: "SELECT version FROM oauth_schema WHERE id = 'levels'",
  };
}
