import type { RegisterKind } from '@gatehouse/core';
import type { Evictions } from './evictions.ts';
import { REGISTER_KINDS } from './registers.ts';
import type { Tables } from './tables.ts';

/** How full a store is, for metrics. Of its own namespace, evictions apart. */
export interface CacheStats {
  /** Access tokens. */
  readonly tokens: number;
  readonly registers: Readonly<Record<RegisterKind, number>>;
  readonly nonces: number;
  readonly counters: number;
  /** Tokens that had to go while they were still good, since the memory was made: each is a user who was cut off. */
  readonly evictions: number;
  /** Tokens that made room and were past their end. */
  readonly expiredEvictions: number;
  /** What is kept beside the records to find and share them by; 0 once they are gone. */
  readonly indexEntries: number;
}

export function statsOf(tables: Tables, evictions: Evictions): CacheStats {
  const counts = REGISTER_KINDS.map((kind) => [kind, tables.registers[kind].rows.size] as const);
  const indexed = REGISTER_KINDS.reduce((sum, kind) => sum + tables.registers[kind].indexEntries, 0);
  return {
    tokens: tables.tokens.size,
    registers: Object.fromEntries(counts) as Record<RegisterKind, number>,
    nonces: tables.nonces.rows.size,
    counters: tables.counters.rows.size,
    evictions: evictions.live,
    expiredEvictions: evictions.expired,
    indexEntries: indexed + tables.nonces.spaces + tables.tokens.kinds,
  };
}
