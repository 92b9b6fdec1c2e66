import type { Key, RegisterKind } from '@gatehouse/core';
import type { RegisterRow } from './rows.ts';

/** Rows at most; what is found is changed within the same request or not at all. */
const MOST = 2_000;
/** Letters of their data and state at most: eight megabytes. */
const MOST_LETTERS = 4_000_000;

/**
 * Registers as they were found last: a change writes every column again, and so needs what the row has. A change names
 * the version it is made from, and its condition the attempt that made that version, so one that is old is no danger.
 */
export class KeptRows {
  readonly #rows = new Map<string, RegisterRow>();
  #letters = 0;

  keep(row: RegisterRow): void {
    this.forget(row.kind, row.key);
    this.#rows.set(nameOf(row.kind, row.key), row);
    this.#letters += lettersOf(row);
    for (const oldest of this.#rows.values()) {
      if (this.#rows.size <= MOST && this.#letters <= MOST_LETTERS) return;
      this.forget(oldest.kind, oldest.key);
    }
  }

  of(kind: RegisterKind, key: Key): RegisterRow | undefined {
    return this.#rows.get(nameOf(kind, key));
  }

  forget(kind: RegisterKind, key: Key): void {
    const row = this.#rows.get(nameOf(kind, key));
    if (!row) return;
    this.#rows.delete(nameOf(kind, key));
    this.#letters -= lettersOf(row);
  }
}

function nameOf(kind: RegisterKind, key: Key): string {
  return `${kind}:${key}`;
}

function lettersOf({ data, state }: RegisterRow): number {
  return data.length + (state?.length ?? 0);
}
