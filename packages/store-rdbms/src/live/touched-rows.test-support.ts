import type { Bound } from '../database/engine.ts';
import type { Compiled, Value } from '../statement.ts';
import type { Speaks } from './dead-rows.test-support.ts';
import type { Outside, Rows } from './product.test-support.ts';

/** What a server did for one statement. */
export interface Touched {
  /** How it came to its rows: a step or a table each, with the index. */
  readonly plan: readonly string[];
  /** Rows it looked at or wrote. */
  readonly rows: number;
  /** Pages, where it says so. */
  readonly pages: number;
}

/** In a plan: a table is read from one end to the other. */
export const WHOLE = 'a whole table';

/** A text with its values in it. */
export function filled({ text }: Pick<Compiled, 'text'>, values: Bound): string {
  let next = 0;
  return text.replace(/'(?:[^']|'')*'|\$(\d+)|\?/g, (whole, number?: string) => {
    if (whole.startsWith("'")) return whole;
    return literal(values[number === undefined ? next++ : Number(number) - 1]);
  });
}

function literal(value: Value | readonly Value[] | undefined): string {
  if (Array.isArray(value)) return `ARRAY[${value.map(literal).join(', ')}]`;
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value ?? 'NULL');
}

/** Runs it, and undoes what it did. */
export function touchedBy(outside: Outside, speaks: Speaks, text: string): Promise<Touched> {
  return TOUCHED[speaks](outside, text);
}

async function undone<T>(outside: Outside, work: () => Promise<T>): Promise<T> {
  await outside.query('BEGIN');
  try {
    return await work();
  } finally {
    await outside.query('ROLLBACK');
  }
}

/** How a server would come to its rows; of PostgreSQL with these values, and as it keeps a plan for any. */
export async function plansOf(
  outside: Outside,
  speaks: Speaks,
  compiled: Compiled,
  values: Bound,
): Promise<readonly (readonly string[])[]> {
  const text = filled(compiled, values);
  if (speaks === 'mysql') return [await planOfMysql(outside, text)];
  const one = await outside.query(`EXPLAIN (FORMAT JSON) ${text}`);
  await outside.query('SET plan_cache_mode = force_generic_plan');
  await outside.query(`PREPARE looked_at AS ${compiled.text}`);
  const given = values.length === 0 ? '' : `(${values.map(literal).join(', ')})`;
  const any = await outside.query(`EXPLAIN (FORMAT JSON) EXECUTE looked_at${given}`);
  await outside.query('DEALLOCATE looked_at');
  return [one, any].map((rows) => planOf(rootOf(rows)));
}

function rootOf([row]: Rows): Step {
  const [{ Plan }] = (row as { 'QUERY PLAN': [{ Plan: Step }] })['QUERY PLAN'];
  return Plan;
}

function planOf(root: Step): readonly string[] {
  return stepsOf(root).map((step) => {
    if (step['Node Type'] === 'Seq Scan') return WHOLE;
    return [step['Node Type'], step['Index Name'], ...(step['Conflict Arbiter Indexes'] ?? [])].join(' ').trim();
  });
}

async function planOfMysql(outside: Outside, text: string): Promise<readonly string[]> {
  const rows = await outside.query(`EXPLAIN FORMAT=TRADITIONAL ${text}`);
  return rows.map(({ table, type, key, select_type: part, Extra }) => {
    // Not the rows that are added, nor those of a part of the statement, which were found by its own step.
    const own = part !== 'INSERT' && table !== null && !String(table).startsWith('<');
    return type === 'ALL' && own ? WHOLE : `${table} ${type} ${key ?? Extra}`;
  });
}

interface Step {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  /** By which an addition finds what is there already. */
  readonly 'Conflict Arbiter Indexes'?: readonly string[];
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Step[];
}

const TOUCHED: Readonly<Record<Speaks, (outside: Outside, text: string) => Promise<Touched>>> = {
  async postgresql(outside, text) {
    const root = rootOf(await undone(outside, () => outside.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`)));
    const steps = stepsOf(root);
    return {
      plan: planOf(root),
      rows: steps.reduce(
        (sum, step) => sum + step['Actual Loops'] * (step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0)),
        0,
      ),
      pages: root['Shared Hit Blocks'] + root['Shared Read Blocks'],
    };
  },
  async mysql(outside, text) {
    const plan = await planOfMysql(outside, text);
    // Commits what is open.
    await outside.query('FLUSH STATUS');
    const counters = await undone(outside, async () => {
      await outside.query(text);
      return outside.query("SHOW SESSION STATUS WHERE Variable_name REGEXP '^Handler_(read|write|update|delete)'");
    });
    return {
      plan,
      rows: counters.reduce((sum, { Value }) => sum + Number(Value), 0),
      pages: 0,
    };
  },
};

function stepsOf(step: Step): readonly Step[] {
  return [step, ...(step.Plans ?? []).flatMap(stepsOf)];
}
