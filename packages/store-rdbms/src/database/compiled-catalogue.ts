import type { ManyId, StatementId, Texts } from '../catalogue.ts';
import { bind, bindColumns, type Compiled, compile, compileRows, type ManyText, type Params } from '../statement.ts';
import { TABLES } from '../tables.ts';
import type { Bound } from './engine.ts';

/** Rows that one statement adds or removes at most, whatever the texts could. */
const MOST_ROWS = 500;

export interface Part {
  readonly compiled: Compiled;
  readonly values: Bound;
}

/** A dialect's texts for one schema, each compiled once. */
export class CompiledCatalogue {
  readonly #texts: Texts;
  /** A text with our tables in the schema they are in. */
  readonly qualified: (text: string) => string;
  readonly #statements: ReadonlyMap<string, Compiled>;
  readonly #manies: ReadonlyMap<ManyId, ManyText>;
  readonly #rows = new Map<string, Compiled>();

  constructor(texts: Texts, schema: string | undefined) {
    const { catalogue, placeholders, qualify } = texts;
    // What has a schema already, or is an alias's owner, stays.
    const tables = new RegExp(`(?<!\\.)\\b(?:${TABLES.join('|')})\\b(?!\\.)`, 'g');
    const qualified = (text: string): string =>
      schema === undefined || !qualify ? text : text.replace(tables, (table) => qualify(table, schema));
    this.#texts = texts;
    this.qualified = qualified;
    const all = [
      ...catalogue.statements,
      ...(catalogue.changeAndToken ? ([['change_and_token', catalogue.changeAndToken]] as const) : []),
    ];
    this.#statements = new Map(
      all.map(([id, said]) => [id, compile(id, { ...said, text: qualified(said.text) }, placeholders)]),
    );
    this.#manies = catalogue.many;
  }

  get all(): readonly Compiled[] {
    return [...this.#statements.values()];
  }

  statement(id: StatementId | 'change_and_token'): Compiled {
    const compiled = this.#statements.get(id);
    if (!compiled) throw new TypeError(`${this.#texts.title} has no statement ${id}.`);
    return compiled;
  }

  /** The statements that do it for all rows. Their sizes are powers of two, so that there are few texts to prepare. */
  parts(id: ManyId, params: Params, rows: readonly Params[]): readonly Part[] {
    const many = this.#manies.get(id);
    if (!many) throw new TypeError(`${this.#texts.title} has no statement ${id}.`);
    const parts: Part[] = [];
    for (let from = 0; from < rows.length; ) {
      const size = many.form === 'arrays' ? MOST_ROWS : this.#sizeOf(id, rows.length - from);
      const some = rows.slice(from, from + size);
      const compiled = this.manyOf(id, some.length);
      const values =
        many.form === 'arrays' ? bindColumns(compiled, many.fixed, params, some) : bind(compiled, params, some);
      parts.push({ compiled, values });
      from += some.length;
    }
    return parts;
  }

  /** The text for exactly so many rows. */
  manyOf(id: ManyId, rows: number): Compiled {
    const many = this.#manies.get(id);
    if (!many) throw new TypeError(`${this.#texts.title} has no statement ${id}.`);
    const name = many.form === 'arrays' ? id : `${id}_${rows}`;
    let compiled = this.#rows.get(name);
    if (!compiled) {
      const { placeholders } = this.#texts;
      compiled =
        many.form === 'arrays'
          ? compile(id, { text: this.qualified(many.text), reads: false }, placeholders)
          : compileRows(
              id,
              {
                ...many,
                head: this.qualified(many.head),
                row: this.qualified(many.row),
                tail: this.qualified(many.tail),
              },
              rows,
              placeholders,
            );
      this.#rows.set(name, compiled);
    }
    return compiled;
  }

  #sizeOf(id: ManyId, wanted: number): number {
    const ofRow = this.manyOf(id, 1).order.length;
    const most = Math.min(MOST_ROWS, Math.floor(this.#texts.maxParameters / ofRow), wanted);
    return 2 ** Math.floor(Math.log2(Math.max(1, most)));
  }
}
