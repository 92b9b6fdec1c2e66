import { timingSafeEqual } from 'node:crypto';
import type { Change, Key, NewRegister, NewToken, Register, RegisterKind, Token } from '@gatehouse/core';
import { integer, optionalInteger, optionalText, text, texts } from './cells.ts';
import { REGISTERS } from './schema/tables.ts';
import type { Params, Row } from './session/session.ts';

/** A register as its row has it; core's `Register` once the epoch of its client is known. */
export interface RegisterRow extends Omit<NewRegister, 'kind'> {
  readonly kind: RegisterKind;
  readonly version: number;
  readonly attempt: string;
  /** Of a grant: the epoch of its client when it was added. */
  readonly clientEpoch: number;
  readonly revoked: { readonly at: number; readonly reason: string; readonly by: string } | null;
}

/** An access token as its row has it; core's `Token` once what ends it is known. */
export interface TokenRow extends NewToken {
  readonly attempt: string;
  readonly clientEpoch: number;
}

/** The row that an addition begins as. */
export function addedRow(added: NewRegister, attempt: string, clientEpoch: number): RegisterRow {
  return { ...added, version: 1, attempt, clientEpoch, revoked: null };
}

/** The row that a change makes of another: ends are only ever raised, but by the change that empties. */
export function changedRow(row: RegisterRow, change: Change, attempt: string): RegisterRow {
  const { state, expiresAt = row.expiresAt, purgeAt = row.purgeAt } = change;
  const ends =
    state === null
      ? { expiresAt, purgeAt }
      : { expiresAt: Math.max(row.expiresAt, expiresAt), purgeAt: Math.max(row.purgeAt, purgeAt) };
  return { ...row, ...ends, state, attempt, version: row.version + 1 };
}

/** Every column of a register, the facts too: all of them are written each time, so that all live equally long. */
export function registerParams(tenant: string, row: RegisterRow): Params {
  const { key, revocable } = REGISTERS[row.kind];
  return {
    tenant_id: tenant,
    [key]: row.key,
    version: row.version,
    attempt: row.attempt,
    client_id: row.clientId ?? undefined,
    subject: row.subject ?? undefined,
    session_id: row.sessionId ?? undefined,
    created_at: row.createdAt,
    expires_at: row.expiresAt,
    purge_at: row.purgeAt,
    data: row.data,
    // A null would leave a tombstone, and what that hides comes back where a node has missed it for too long.
    state: row.state ?? '',
    emptied: row.state === null,
    ...(revocable ? { client_epoch: row.clientEpoch } : {}),
  };
}

export function registerOf(kind: RegisterKind, row: Row): RegisterRow {
  const { key, revocable } = REGISTERS[kind];
  const at = revocable ? optionalInteger(row, 'revoked_at') : null;
  return {
    kind,
    key: text(row, key) as Key,
    clientId: optionalText(row, 'client_id'),
    subject: optionalText(row, 'subject'),
    sessionId: optionalText(row, 'session_id') as Key | null,
    createdAt: integer(row, 'created_at'),
    expiresAt: integer(row, 'expires_at'),
    purgeAt: integer(row, 'purge_at'),
    data: text(row, 'data'),
    state: row['emptied'] === true ? null : text(row, 'state'),
    version: integer(row, 'version'),
    attempt: text(row, 'attempt'),
    clientEpoch: revocable ? integer(row, 'client_epoch') : 0,
    revoked: at === null ? null : { at, reason: text(row, 'reason'), by: text(row, 'revoked_by') },
  };
}

/** @param epoch of its client, now */
export function asRegister({ clientEpoch, revoked, ...row }: RegisterRow, epoch: number): Register {
  if (revoked !== null) return { ...row, revoked: { at: revoked.at, reason: revoked.reason } };
  return { ...row, revoked: row.kind === 'grant' && epoch > clientEpoch ? 'client' : null };
}

export function tokenParams(tenant: string, row: TokenRow): Params {
  return {
    tenant_id: tenant,
    token_hash: row.key,
    attempt: row.attempt,
    grant_key: row.grantId ?? undefined,
    client_id: row.clientId,
    client_epoch: row.clientEpoch,
    subject: row.subject ?? undefined,
    scope: row.scope.length > 0 ? row.scope : undefined,
    audience: row.audience.length > 0 ? row.audience : undefined,
    issued_at: row.issuedAt,
    expires_at: row.expiresAt,
    purge_at: row.purgeAt,
    data: row.data,
  };
}

export function tokenOf(row: Row): TokenRow {
  return {
    kind: 'access_token',
    key: text(row, 'token_hash') as Key,
    attempt: text(row, 'attempt'),
    grantId: optionalText(row, 'grant_key') as Key | null,
    clientId: text(row, 'client_id'),
    clientEpoch: integer(row, 'client_epoch'),
    subject: optionalText(row, 'subject'),
    scope: texts(row, 'scope'),
    audience: texts(row, 'audience'),
    issuedAt: integer(row, 'issued_at'),
    expiresAt: integer(row, 'expires_at'),
    purgeAt: integer(row, 'purge_at'),
    data: text(row, 'data'),
  };
}

export function asToken({ attempt: _, clientEpoch: __, ...row }: TokenRow, revoked: Token['revoked']): Token {
  return { ...row, revoked };
}

/** Whether what is there is what would be added, in every field but those that the store fills in. */
export function isSame(there: RegisterRow | TokenRow, added: NewRegister | NewToken): boolean {
  return Object.entries(added).every(([name, value]) => same(Reflect.get(there, name), value));
}

function same(found: unknown, added: unknown): boolean {
  if (!Array.isArray(found) || !Array.isArray(added)) return found === added;
  return found.length === added.length && found.every((value, index) => value === added[index]);
}

/** The row under the key that was asked for; in constant time, since keys are hashes of secrets. */
export function rowUnder(rows: readonly Row[], column: string, key: Key): Row | undefined {
  const asked = Buffer.from(key);
  return rows.find((row) => {
    const found = Buffer.from(text(row, column));
    return found.length === asked.length && timingSafeEqual(found, asked);
  });
}
