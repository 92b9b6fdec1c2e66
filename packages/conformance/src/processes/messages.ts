import type { StoreErrorKind } from '@gatehouse/core';
import type { Opening } from '../ports.ts';

/** What a store is opened with in another process: what can be sent there. */
export interface Remote<Options> {
  readonly options: Options;
  readonly namespace: string;
  readonly room: Opening['room'];
  /** Milliseconds that the clock of the case is ahead of this machine's. */
  readonly clockOffset: number;
}

export interface Call {
  readonly id: number;
  readonly store: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number;
      readonly error: { readonly kind: StoreErrorKind; readonly message: string; readonly cause: string | null };
    }
  | {
      readonly log: {
        readonly store: number;
        readonly level: LogLevel;
        readonly fields: string;
        readonly message: string;
      };
    };
