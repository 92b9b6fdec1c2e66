import { timingSafeEqual } from 'node:crypto';
import {
  type Addition,
  type ClientId,
  type Key,
  type Kind,
  keyOf,
  type NewRegister,
  type NewToken,
  type Register,
  type RegisterKind,
  StoreError,
  type Token,
} from '@gatehouse/core';
import type { ManyId } from './catalogue.ts';
import { clientColumn, epochClientColumn, givenText, storedText, subjectColumn } from './columns.ts';
import { type Envelope, seal, unseal } from './envelope.ts';
import type { Params, Row } from './statement.ts';
import { REGISTERS } from './tables.ts';

const epochKey = (clientId: ClientId): Key => keyOf('client_epoch', clientId);

/** What an addition is written with: every column that is not the store's own. */
export function rowOf(tenant: string, addition: Addition, attempt: string): Params {
  return addition.kind === 'access_token' ? tokenRow(tenant, addition) : registerRow(tenant, addition, attempt);
}

/** The rows of several writes, table by table, as `runMany` takes them. */
export function additionRows(
  tenant: string,
  writes: readonly { readonly attempt: string; readonly add: readonly Addition[] }[],
): readonly (readonly [ManyId, Params, readonly Params[]])[] {
  const all = writes.flatMap(({ attempt, add }) => add.map((addition) => ({ attempt, addition })));
  return [...Map.groupBy(all, ({ addition }) => addition.kind)].map(([kind, some]) => [
    `add_${kind}`,
    {},
    some.map(({ attempt, addition }) => rowOf(tenant, addition, attempt)),
  ]);
}

function tokenRow(tenant: string, token: NewToken): Params {
  const { clientId, subject, scope, audience } = token;
  const client = clientColumn(clientId);
  const envelope: Envelope = {
    ...(client === clientId ? {} : { clientId }),
    ...(subject === null ? {} : { subject }),
    ...(scope.length > 0 ? { scope } : {}),
    ...(audience.length > 0 ? { audience } : {}),
  };
  return {
    tenant_id: tenant,
    token_hash: token.key,
    grant_key: token.grantId,
    client_id: client,
    issued_at: token.issuedAt,
    expires_at: token.expiresAt,
    purge_at: token.purgeAt,
    data: seal(envelope, token.data),
  };
}

function registerRow(tenant: string, register: NewRegister, attempt: string): Params {
  const { kind, key, clientId, subject, sessionId } = register;
  const { key: keyColumn, listed } = REGISTERS[kind];
  const client = clientColumnOf(register);
  const columns: Record<string, string | null> = {};
  if (listed.includes('client_id')) columns['client_id'] = client;
  if (listed.includes('subject_hash')) columns['subject_hash'] = subject === null ? null : subjectColumn(subject);
  if (listed.includes('sid_hash')) columns['sid_hash'] = sessionId;
  const envelope: Envelope = {
    ...(clientId === null || columns['client_id'] === clientId ? {} : { clientId }),
    // Its column is a hash.
    ...(subject === null ? {} : { subject }),
    ...(sessionId === null || listed.includes('sid_hash') ? {} : { sessionId }),
  };
  return {
    ...columns,
    tenant_id: tenant,
    [keyColumn]: key,
    attempt,
    created_at: register.createdAt,
    expires_at: register.expiresAt,
    purge_at: register.purgeAt,
    data: seal(envelope, register.data),
    state: register.state === null ? null : storedText(register.state),
  };
}

function clientColumnOf({ kind, key, clientId }: NewRegister): string | null {
  if (kind === 'client_epoch') return epochClientColumn(key, clientId, epochKey);
  return clientId === null ? null : clientColumn(clientId);
}

/** A row of `find_x` or of a listing as the record it is. */
export function registerOf(kind: RegisterKind, row: Row): Register {
  const { key, listed, revocable } = REGISTERS[kind];
  const { envelope, data } = unseal(text(row, 'data'));
  const client = listed.includes('client_id') ? optionalText(row, 'client_id') : null;
  const state = optionalText(row, 'state');
  return {
    kind,
    key: text(row, key) as Key,
    // A stand-in is not the client's name; the name is in the envelope then.
    clientId: envelope.clientId ?? (client !== null && isStandIn(client) ? null : client),
    subject: envelope.subject ?? null,
    sessionId: ((listed.includes('sid_hash') ? optionalText(row, 'sid_hash') : envelope.sessionId) ??
      null) as Key | null,
    createdAt: integer(row, 'created_at'),
    expiresAt: integer(row, 'expires_at'),
    purgeAt: integer(row, 'purge_at'),
    data,
    state: state === null ? null : givenText(state),
    version: integer(row, 'version'),
    attempt: text(row, 'attempt'),
    revoked: revocable ? revocationOf(row) : null,
  };
}

function revocationOf(row: Row): Register['revoked'] {
  const at = optionalInteger(row, 'revoked_at');
  if (at !== null) return { at, reason: givenText(text(row, 'reason')) };
  return (optionalInteger(row, 'epoch') ?? 0) > integer(row, 'client_epoch') ? 'client' : null;
}

/** A row of `find_access_token`. */
export function tokenOf(row: Row): Token {
  const { envelope, data } = unseal(text(row, 'data'));
  return {
    kind: 'access_token',
    key: text(row, 'token_hash') as Key,
    grantId: optionalText(row, 'grant_key') as Key | null,
    clientId: envelope.clientId ?? text(row, 'client_id'),
    subject: envelope.subject ?? null,
    scope: envelope.scope ?? [],
    audience: envelope.audience ?? [],
    issuedAt: integer(row, 'issued_at'),
    expiresAt: integer(row, 'expires_at'),
    purgeAt: integer(row, 'purge_at'),
    data,
    revoked: endOf(row),
  };
}

/** A missing grant is a revoked one; an epoch counts where it is higher than at the addition. */
function endOf(row: Row): Token['revoked'] {
  if (optionalInteger(row, 'revoked_at') !== null) return 'token';
  const epoch = optionalInteger(row, 'epoch') ?? 0;
  if (optionalText(row, 'grant_key') === null)
    return epoch > (optionalInteger(row, 'client_epoch') ?? 0) ? 'client' : null;
  if (optionalText(row, 'of_grant') === null) return 'orphan';
  if (optionalInteger(row, 'grant_revoked_at') !== null) return 'grant';
  return epoch > integer(row, 'grant_epoch') ? 'client' : null;
}

/**
 * The row that was asked for, if it came: a database that pads, folds case or converts may answer with another.
 * In constant time, since keys are hashes of secrets.
 */
export function rowUnder(tenant: string, kind: Kind, key: Key, rows: readonly Row[]): Row | undefined {
  const column = kind === 'access_token' ? 'token_hash' : REGISTERS[kind].key;
  return rowWith({ tenant_id: tenant, [column]: key }, rows);
}

/** The same for other tables: the row whose columns hold exactly these texts. */
export function rowWith(asked: Readonly<Record<string, string>>, rows: readonly Row[]): Row | undefined {
  return rows.find((row) => Object.entries(asked).every(([column, value]) => same(text(row, column), value)));
}

function same(found: string, asked: string): boolean {
  const [one, other] = [Buffer.from(found), Buffer.from(asked)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Drivers give 64-bit integers as numbers, texts or bigints. */
export function integer(row: Row, column: string): number {
  const value = row[column];
  const number = typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw new StoreError('corrupt', `The column ${column} holds no whole number.`);
}

export function optionalInteger(row: Row, column: string): number | null {
  return row[column] === null || row[column] === undefined ? null : integer(row, column);
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw new StoreError('corrupt', `The column ${column} holds no text.`);
}

function optionalText(row: Row, column: string): string | null {
  return row[column] === null || row[column] === undefined ? null : text(row, column);
}

function isStandIn(column: string): boolean {
  return column.startsWith('~');
}
