import type { Instant, Key, NewRegister } from '@gatehouse/core';
import type { Row } from './bounded-rows.ts';

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** A register as it lies in memory; it never leaves the store. */
export interface RegisterRow extends Row, Mutable<NewRegister> {
  readonly key: Key;
  version: number;
  attempt: string;
  revoked: { readonly at: Instant; readonly reason: string } | null;
  /** The epoch of its client when it was added. */
  epoch: number;
  /** Counts additions: what pages are ordered by. */
  order: number;
}

/** A register as a row that is in no table yet. */
export function newRow(
  { kind, key, clientId, subject, sessionId, createdAt, expiresAt, purgeAt, data, state }: NewRegister,
  own: Pick<RegisterRow, 'version' | 'attempt' | 'revoked' | 'epoch'>,
): RegisterRow {
  return {
    kind,
    key,
    clientId,
    subject,
    sessionId,
    createdAt,
    expiresAt,
    purgeAt,
    data,
    state,
    ...own,
    order: 0,
    slot: -1,
  };
}
