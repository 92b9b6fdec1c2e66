import type { RegisterRow } from './register-row.ts';
import { WideMap } from './wide-map.ts';

/** Registers by one of the things they are listed by, the oldest addition first. What is empty is not there. */
export class RegisterIndex {
  readonly #column: (row: RegisterRow) => string | null;
  readonly #sets: WideMap<Set<RegisterRow>>;
  #entries = 0;

  constructor(column: (row: RegisterRow) => string | null, expected: number) {
    this.#column = column;
    this.#sets = new WideMap(expected);
  }

  /** Registers that are in it, and the sets they are in. */
  get entries(): number {
    return this.#entries + this.#sets.size;
  }

  get(value: string): ReadonlySet<RegisterRow> | undefined {
    return this.#sets.get(value);
  }

  matches(row: RegisterRow, value: string): boolean {
    return this.#column(row) === value;
  }

  add(row: RegisterRow): void {
    const value = this.#column(row);
    if (value === null) return;
    let set = this.#sets.get(value);
    if (set === undefined) {
      set = new Set();
      this.#sets.set(value, set);
    }
    set.add(row);
    this.#entries++;
  }

  remove(row: RegisterRow): void {
    const value = this.#column(row);
    if (value === null) return;
    const set = this.#sets.get(value);
    if (!set?.delete(row)) return;
    this.#entries--;
    if (set.size === 0) this.#sets.delete(value);
  }
}
