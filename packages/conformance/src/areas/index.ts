import type { Case } from '../case.ts';
import { attempts } from './attempts.ts';
import { basics } from './basics.ts';
import { expiry } from './expiry.ts';
import { once } from './once.ts';
import { oneChangeWins } from './one-change-wins.ts';
import { unknownOutcomes } from './unknown-outcomes.ts';

/** Every case about the store itself, in the order of the contract. */
export const STORE_CASES: readonly Case[] = [
  ...basics,
  ...expiry,
  ...oneChangeWins,
  ...once,
  ...unknownOutcomes,
  ...attempts,
];
