import type { ManyId, StatementId } from '../catalogue.ts';
import type { Params, Result } from '../statement.ts';

/** One statement of a transaction. */
export type Step =
  | { readonly statement: StatementId | 'change_and_token'; readonly params: Params }
  | { readonly many: ManyId; readonly params: Params; readonly rows: readonly Params[] };

/**
 * A transaction, told step by step: whoever runs it sends one statement, hands the result back, and only then hears of
 * the next. So two statements can never be in flight on one connection, and a driver without promises runs it in one
 * block.
 */
export type Work<T> = Generator<Step, T, Result>;

export function* run(statement: StatementId, params: Params): Work<Result> {
  return yield { statement, params };
}

export function* runMany(many: ManyId, params: Params, rows: readonly Params[]): Work<Result> {
  return yield { many, params, rows };
}

/** Thrown by a work that wants nothing of what it did to stay. Whoever runs it answers with `value`. */
export class Rollback<T> extends Error {
  override readonly name = 'Rollback';
  readonly value: T;

  constructor(value: T) {
    super('The transaction is rolled back, as it asked.');
    this.value = value;
  }
}
