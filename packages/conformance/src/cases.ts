import { STORE_CASES } from './areas/index.ts';
import type { Case } from './case.ts';
import { FLOW_CASES } from './flows/index.ts';

/** Everything a store is proved by: its parts, then what users do with them. */
export const CASES: readonly Case[] = [...STORE_CASES, ...FLOW_CASES];
