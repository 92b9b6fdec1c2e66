import type { StatementId, SweepStatement } from '../catalogue.ts';
import type { StatementText } from '../statement.ts';
import { SWEPT, SWEPT_NAMES } from '../tables.ts';

/** Whose rows a text looks at, as the beginning of its condition. */
const SCOPES = [
  { prefix: '', within: '' },
  { prefix: 'own_', within: 'tenant_id = :tenant_id AND ' },
] as const;

/**
 * One text of the sweep for every table that is swept, each twice: for the whole database, and as `own_…` for one
 * namespace. Wherever a text says which rows it means, it begins with `within`.
 */
export function sweepTexts(
  statement: SweepStatement,
  reads: boolean,
  textOf: (swept: { readonly table: string; readonly key: string; readonly within: string }) => string,
): readonly (readonly [StatementId, StatementText])[] {
  return SCOPES.flatMap(({ prefix, within }) =>
    SWEPT_NAMES.map((name) => {
      const { table, key } = SWEPT[name];
      return [`${prefix}${statement}_${name}`, { text: textOf({ table, key, within }), reads }] as const;
    }),
  );
}
