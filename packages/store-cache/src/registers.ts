import { type Instant, type Key, type ListBy, type PageRequest, type RegisterKind, StoreError } from '@gatehouse/core';
import { BoundedRows } from './bounded-rows.ts';
import { RegisterIndex } from './register-index.ts';
import type { RegisterRow } from './register-row.ts';

type Column = 'subject' | 'client' | 'session' | 'whole';

const COLUMNS: Readonly<Record<Column, (row: RegisterRow) => string | null>> = {
  subject: (row) => row.subject,
  client: (row) => row.clientId,
  session: (row) => row.sessionId,
  whole: () => '',
};

const INDEXED_BY: Readonly<Record<RegisterKind, readonly Column[]>> = {
  grant: ['subject', 'client', 'session'],
  session: ['subject'],
  consent: ['subject', 'client'],
  client: ['whole'],
  // Also by client: a client's epoch is asked for with every grant.
  client_epoch: ['whole', 'client'],
};

export const REGISTER_KINDS = Object.keys(INDEXED_BY) as readonly RegisterKind[];

/** The registers of one kind, found by their key and listed by their indexes. */
export class RegisterTable {
  readonly rows: BoundedRows<RegisterRow>;
  readonly #indexes: ReadonlyMap<Column, RegisterIndex>;
  #additions = 0;

  constructor(kind: RegisterKind, limit: number) {
    this.rows = new BoundedRows(limit);
    this.#indexes = new Map(INDEXED_BY[kind].map((name) => [name, new RegisterIndex(COLUMNS[name], limit)]));
  }

  get indexEntries(): number {
    let sum = 0;
    for (const index of this.#indexes.values()) sum += index.entries;
    return sum;
  }

  by(column: Column, value: string): ReadonlySet<RegisterRow> | undefined {
    return this.#indexes.get(column)?.get(value);
  }

  /** Undefined from its `purgeAt` on, whether it has been removed yet or not. */
  find(key: Key, at: Instant): RegisterRow | undefined {
    const row = this.rows.find(key);
    return row !== undefined && at < row.purgeAt ? row : undefined;
  }

  /** Takes the place of one with the same key: its owner has looked. */
  put(row: RegisterRow): void {
    const before = this.rows.find(row.key);
    if (before !== undefined) this.remove(before);
    row.order = ++this.#additions;
    this.rows.add(row);
    for (const index of this.#indexes.values()) index.add(row);
  }

  remove(row: RegisterRow): void {
    this.rows.remove(row);
    for (const index of this.#indexes.values()) index.remove(row);
  }

  removeDue(at: Instant): boolean {
    const row = this.rows.due(at);
    if (row === undefined) return false;
    this.remove(row);
    return true;
  }

  /** A page in the order of addition, so that what is added meanwhile comes after what was there. */
  page(by: ListBy, { limit, after }: PageRequest, at: Instant): { rows: RegisterRow[]; next: string | null } {
    const from = after == null ? 0 : orderOf(after);
    const wanted = Object.entries(by).filter(([, value]) => value !== undefined) as [Column, string][];
    if (wanted.length === 0) wanted.push(['whole', '']);
    const rows: RegisterRow[] = [];
    for (const row of this.#fewest(wanted)) {
      if (row.order <= from || row.purgeAt <= at) continue;
      if (!wanted.every(([name, value]) => this.#indexes.get(name)?.matches(row, value))) continue;
      if (rows.length === limit) return { rows, next: cursorOf(rows.at(-1) as RegisterRow) };
      rows.push(row);
    }
    return { rows, next: null };
  }

  #fewest(wanted: readonly [Column, string][]): ReadonlySet<RegisterRow> {
    const sets = wanted.map(([name, value]) => this.by(name, value) ?? new Set<RegisterRow>());
    return sets.reduce((few, set) => (set.size < few.size ? set : few));
  }
}

function cursorOf(row: RegisterRow): string {
  return row.order.toString(36);
}

function orderOf(cursor: string): number {
  if (!/^[0-9a-z]{1,11}$/.test(cursor)) throw new StoreError('invalid', 'A cursor is what the page before gave.');
  return Number.parseInt(cursor, 36);
}
