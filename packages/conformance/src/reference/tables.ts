import type { Instant, NewRegister, NewToken } from '@gatehouse/core';

/** A row: what was added, and what the store fills in. `epoch`: of the client when it was added. */
export type TokenRow = NewToken & { readonly epoch: number; readonly ended: boolean };
export type RegisterRow = NewRegister & {
  readonly version: number;
  readonly attempt: string;
  readonly epoch: number;
  readonly ended: { readonly at: Instant; readonly reason: string } | null;
};
export type Row = TokenRow | RegisterRow;

/** The primary key of a row. */
export function nameOf({ kind, key }: Pick<Row, 'kind' | 'key'>): string {
  return `${kind}/${key}`;
}

/** What all instances of one namespace share: the "database". */
export interface Tables {
  readonly rows: Map<string, Row>;
  readonly nonces: Map<string, { readonly until: Instant; readonly attempt: string }>;
  readonly counters: Map<string, { readonly moments: readonly Instant[]; readonly ends: Instant }>;
}

/** The memory behind any number of instances. */
export class ReferenceMemory {
  readonly #namespaces = new Map<string, Tables>();

  tables(namespace: string): Tables {
    let tables = this.#namespaces.get(namespace);
    if (!tables) {
      tables = { rows: new Map(), nonces: new Map(), counters: new Map() };
      this.#namespaces.set(namespace, tables);
    }
    return tables;
  }
}

/** What can be removed now, of one table, and how. */
export interface Removable {
  readonly kind: string;
  readonly dead: readonly string[];
  readonly remove: (name: string) => void;
}

/** Everything whose time to be removed has come, by kind, with `nonce` and `counter`. */
export function removable({ rows, nonces, counters }: Tables, at: Instant): readonly Removable[] {
  const kinds = Map.groupBy(
    [...rows].filter(([, { purgeAt }]) => purgeAt <= at),
    ([, { kind }]) => kind,
  );
  const over = <T>(table: Map<string, T>, kind: string, end: (row: T) => Instant): Removable => ({
    kind,
    dead: [...table].filter(([, row]) => end(row) <= at).map(([name]) => name),
    remove: (name) => void table.delete(name),
  });
  return [
    ...[...kinds].map(([kind, dead]) => ({
      kind,
      dead: dead.map(([name]) => name),
      remove: (name: string) => void rows.delete(name),
    })),
    over(nonces, 'nonce', ({ until }) => until),
    over(counters, 'counter', ({ ends }) => ends),
  ];
}
