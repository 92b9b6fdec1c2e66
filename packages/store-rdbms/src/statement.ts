/** What a statement may be given; no Buffer, boolean, Date or bigint ever reaches a driver. */
export type Value = string | number | null;
export type Params = Readonly<Record<string, Value>>;
export type Row = Readonly<Record<string, unknown>>;

export interface Result {
  readonly rows: readonly Row[];
  /** Rows that were changed, added or removed; of a query, rows that came. */
  readonly count: number;
}

/** A text with named parameters (`:tenant_id`), as a dialect writes it. */
export interface StatementText {
  readonly text: string;
  /** It changes nothing, so a lost answer leaves nothing unknown. */
  readonly reads: boolean;
  /** One row by its key: it may share a connection with others of its kind without holding them up. */
  readonly lookUp?: boolean;
}

/** A text for several rows: `head row between row tail`. The names of `head` and `tail` are the same for all rows. */
export interface RepeatedText {
  readonly form: 'repeated';
  readonly head: string;
  readonly row: string;
  readonly between: string;
  readonly tail: string;
}

/** A text for any number of rows: its names are bound to whole columns, but for those in `fixed`. */
export interface ArrayText {
  readonly form: 'arrays';
  readonly text: string;
  readonly fixed: readonly string[];
}

export type ManyText = RepeatedText | ArrayText;

/** As it is sent: positions instead of names. */
export interface Compiled {
  readonly id: string;
  readonly text: string;
  readonly reads: boolean;
  readonly lookUp?: boolean;
  /** The name at each position. */
  readonly order: readonly string[];
  /** Of a repeated text: the row at each position; undefined: the same for all. */
  readonly rows?: readonly (number | undefined)[];
}

/** How a driver spells its parameters. */
export interface PlaceholderStyle {
  /** The nth, counted from 1. */
  readonly spell: (position: number) => string;
  /** Whether a name that stands twice in a text is sent once. */
  readonly reuses: boolean;
}

const PARTS = /'(?:[^']|'')*'|:([a-z][a-z0-9_]*)/g;

/** Names to positions; line breaks and indentation go. Text in quotes stays as it is. */
export function compile(id: string, statement: StatementText, style: PlaceholderStyle): Compiled {
  const order: string[] = [];
  return { ...statement, id, text: position(statement.text, style, order), order };
}

/** The text of so many rows. */
export function compileRows(id: string, many: RepeatedText, count: number, style: PlaceholderStyle): Compiled {
  const order: string[] = [];
  const rows: (number | undefined)[] = [];
  const add = (text: string, row: number | undefined): string => {
    // A name of one row is another one in the next.
    const part = position(text, { spell: style.spell, reuses: false }, order);
    while (rows.length < order.length) rows.push(row);
    return part;
  };
  let text = add(many.head, undefined);
  for (let row = 0; row < count; row++) text += (row === 0 ? '' : many.between) + add(many.row, row);
  return { id: `${id}_${count}`, text: text + add(many.tail, undefined), reads: false, order, rows };
}

function position(text: string, { spell, reuses }: PlaceholderStyle, order: string[]): string {
  return oneLine(text).replace(PARTS, (whole: string, name: string | undefined) => {
    if (name === undefined) return whole;
    const known = reuses ? order.indexOf(name) : -1;
    if (known >= 0) return spell(known + 1);
    order.push(name);
    return spell(order.length);
  });
}

function oneLine(text: string): string {
  return text.replace(/^\s*\n\s*|\s*\n\s*$/g, '').replace(/\s*\n\s*/g, ' ');
}

/** The values in the order of their positions. */
export function bind({ id, order, rows: places }: Compiled, params: Params, rows: readonly Params[] = []): Value[] {
  return order.map((name, index) => {
    const row = places?.[index];
    return parameter(id, name, row === undefined ? params : rows[row]);
  });
}

/** Columns instead of rows, for a text that takes arrays. */
export function bindColumns(
  { id, order }: Compiled,
  fixed: readonly string[],
  params: Params,
  rows: readonly Params[],
): (Value | Value[])[] {
  return order.map((name) =>
    fixed.includes(name) ? parameter(id, name, params) : rows.map((row) => parameter(id, name, row)),
  );
}

/** @throws TypeError for what is no text, safe integer or null: a defect of ours, never input */
function parameter(id: string, name: string, params: Params | undefined): Value {
  const value = params?.[name];
  if (typeof value === 'string' || value === null || Number.isSafeInteger(value)) return value as Value;
  throw new TypeError(`${id}: the parameter ${name} is no text, no safe integer and not null.`);
}
