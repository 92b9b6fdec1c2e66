/**
 * - `conflict`: a key to add is there already; nothing was changed or added.
 * - `unavailable`: the store did not do it, or nobody may know whether it did; try later.
 * - `timeout`: no answer within the deadline, and nothing was sent that could still be applied.
 * - `unknown_outcome`: the write may have been applied, may still be, or never; repeat it identically.
 * - `corrupt`: what is stored cannot be what core wrote.
 * - `unsupported`: this store does not do that.
 * - `invalid`: an argument no store accepts (not a key, a lone surrogate, over a limit); nothing was sent.
 * - `config`: the store cannot be opened as configured; the message names the fix.
 */
export type StoreErrorKind =
  | 'conflict'
  | 'unavailable'
  | 'timeout'
  | 'unknown_outcome'
  | 'corrupt'
  | 'unsupported'
  | 'invalid'
  | 'config';

const RETRYABLE: ReadonlySet<StoreErrorKind> = new Set(['unavailable', 'timeout', 'unknown_outcome']);

/** The only error a store throws. Its message never holds a key, handle or bind value; the driver's error is the `cause`. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }

  get retryable(): boolean {
    return RETRYABLE.has(this.kind);
  }
}
