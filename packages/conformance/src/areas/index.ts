import type { Case } from '../case.ts';
import { basics } from './basics.ts';
import { expiry } from './expiry.ts';
import { oneChangeWins } from './one-change-wins.ts';

/** Every case about the store itself, in the order of the contract. */
export const STORE_CASES: readonly Case[] = [...basics, ...expiry, ...oneChangeWins];
