import type { StoreError } from '@gatehouse/core';
import { type Duplicate, type Fault, SPENT } from './fault.ts';

/** What failed, judged where it happened. */
export class Failure {
  readonly fault: Fault;
  /** The one error that leaves. */
  readonly error: StoreError | Duplicate;
  /** Whether the connection must not be used again. */
  readonly broken: boolean;
  /** Whether nothing was changed, so that a read may be asked again. */
  readonly harmless: boolean;

  constructor(
    fault: Fault,
    error: StoreError | Duplicate,
    how: { readonly broken?: boolean; readonly harmless?: boolean } = {},
  ) {
    this.fault = fault;
    this.error = error;
    this.broken = how.broken ?? SPENT.has(fault);
    this.harmless = how.harmless ?? false;
  }
}
