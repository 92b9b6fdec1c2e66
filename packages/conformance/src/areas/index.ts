import type { Case } from '../case.ts';
import { attempts } from './attempts.ts';
import { basics } from './basics.ts';
import { clientEpoch } from './client-epoch.ts';
import { counters } from './counters.ts';
import { expiry } from './expiry.ts';
import { failure } from './failure.ts';
import { growth } from './growth.ts';
import { inTheWay } from './in-the-way.ts';
import { keys } from './keys.ts';
import { listing } from './listing.ts';
import { lives } from './lives.ts';
import { namespaces } from './namespaces.ts';
import { nodes } from './nodes.ts';
import { once } from './once.ts';
import { oneChangeWins } from './one-change-wins.ts';
import { openingAndClosing } from './opening-and-closing.ts';
import { revocation } from './revocation.ts';
import { revocationRaces } from './revocation-races.ts';
import { room } from './room.ts';
import { secrecy } from './secrecy.ts';
import { sweep } from './sweep.ts';
import { texts } from './texts.ts';
import { unknownOutcomes } from './unknown-outcomes.ts';

/** Every case about the store itself, area by area. */
export const STORE_CASES: readonly Case[] = [
  ...basics,
  ...keys,
  ...expiry,
  ...oneChangeWins,
  ...inTheWay,
  ...once,
  ...unknownOutcomes,
  ...attempts,
  ...revocation,
  ...clientEpoch,
  ...revocationRaces,
  ...listing,
  ...namespaces,
  ...texts,
  ...lives,
  ...sweep,
  ...counters,
  ...growth,
  ...room,
  ...nodes,
  ...failure,
  ...secrecy,
  ...openingAndClosing,
];
