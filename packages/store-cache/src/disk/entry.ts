import type { Instant, Key, NewRegister, NewToken } from '@gatehouse/core';
import type { CounterRow } from '../counters.ts';
import type { NonceRow } from '../nonces.ts';
import { newRow, type RegisterRow } from '../register-row.ts';
import { REGISTER_KINDS } from '../registers.ts';
import type { Tables } from '../tables.ts';
import type { StoredToken } from '../tokens.ts';

/**
 * A row as it is after what happened to it. Put back in the order in which they were recorded, the last of a row is what
 * counts, so it does no harm to put one back twice: a snapshot may be taken while the journal goes on.
 */
export type Entry = { readonly in: string } & (
  | { readonly is: 'access_token'; readonly token: NewToken; readonly revoked: boolean; readonly epoch: number }
  | ({ readonly is: 'register'; readonly register: NewRegister } & Pick<
      RegisterRow,
      'version' | 'attempt' | 'revoked' | 'epoch'
    >)
  | {
      readonly is: 'nonce';
      readonly space: string;
      readonly nonce: Key;
      readonly until: Instant;
      readonly attempt: string;
    }
  // A count of 0: cleared.
  | {
      readonly is: 'counter';
      readonly counter: string;
      readonly of: Key;
      readonly count: number;
      readonly until: Instant;
    }
);

export function tokenEntry(namespace: string, { token, revoked, epoch }: StoredToken): Entry {
  return { in: namespace, is: 'access_token', token, revoked, epoch };
}

export function registerEntry(namespace: string, row: RegisterRow): Entry {
  const { version, attempt, revoked, epoch, order, slot, ...register } = row;
  return { in: namespace, is: 'register', register, version, attempt, revoked, epoch };
}

export function nonceEntry(namespace: string, { space, nonce, purgeAt, attempt }: NonceRow): Entry {
  return { in: namespace, is: 'nonce', space, nonce, until: purgeAt, attempt };
}

export function counterEntry(
  namespace: string,
  { counter, of, count, purgeAt }: Pick<CounterRow, 'counter' | 'of' | 'count' | 'purgeAt'>,
): Entry {
  return { in: namespace, is: 'counter', counter, of, count, until: purgeAt };
}

/** Every row, registers first: tokens share the texts of their grants. */
export function* entriesOf(namespace: string, tables: Tables): Generator<Entry> {
  for (const kind of REGISTER_KINDS)
    for (const row of tables.registers[kind].rows.values()) yield registerEntry(namespace, row);
  for (const row of tables.nonces.rows.values()) yield nonceEntry(namespace, row);
  for (const row of tables.counters.rows.values()) yield counterEntry(namespace, row);
  for (const stored of tables.tokens.values()) yield tokenEntry(namespace, stored);
}

/** Puts an entry back; what is past its time by now is left out. */
export function restore(tables: Tables, entry: Entry, at: Instant): void {
  switch (entry.is) {
    case 'access_token': {
      const { token } = entry;
      if (token.purgeAt <= at) return;
      const grant = token.grantId === null ? undefined : tables.registers.grant.find(token.grantId, at);
      tables.tokens.put(entry, grant);
      return;
    }
    case 'register': {
      const { register } = entry;
      const table = tables.registers[register.kind];
      const before = table.rows.find(register.key);
      if (register.purgeAt > at) table.put(newRow(register, entry));
      // It was emptied and given a shorter life.
      else if (before !== undefined) table.remove(before);
      return;
    }
    case 'nonce':
      if (entry.until > at) tables.nonces.put(entry.space, entry.nonce, entry.until, entry.attempt);
      return;
    case 'counter':
      if (entry.count > 0 && entry.until > at) tables.counters.put(entry.counter, entry.of, entry.count, entry.until);
      else tables.counters.clear(entry.counter, entry.of);
  }
}
