import type { Case } from '../case.ts';
import { basics } from './basics.ts';

/** Every case about the store itself, in the order of the contract. */
export const STORE_CASES: readonly Case[] = [...basics];
