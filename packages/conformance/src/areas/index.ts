import type { Case } from '../case.ts';
import { attempts } from './attempts.ts';
import { basics } from './basics.ts';
import { clientEpoch } from './client-epoch.ts';
import { expiry } from './expiry.ts';
import { listing } from './listing.ts';
import { once } from './once.ts';
import { oneChangeWins } from './one-change-wins.ts';
import { revocation } from './revocation.ts';
import { revocationRaces } from './revocation-races.ts';
import { unknownOutcomes } from './unknown-outcomes.ts';

/** Every case about the store itself, area by area. */
export const STORE_CASES: readonly Case[] = [
  ...basics,
  ...expiry,
  ...oneChangeWins,
  ...once,
  ...unknownOutcomes,
  ...attempts,
  ...revocation,
  ...clientEpoch,
  ...revocationRaces,
  ...listing,
];
