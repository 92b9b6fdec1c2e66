import type { Case } from '../case.ts';
import { assertionFlows } from './assertions.ts';
import { attackFlows } from './attacks.ts';
import { codeFlows } from './code.ts';
import { endingFlows } from './ending.ts';
import { lostContactFlows } from './lost-contact.ts';
import { openidFlows } from './openid.ts';
import { refreshFlows } from './refresh.ts';

/** Whole grants through core: a store proved by what users do, not only by its parts. */
export const FLOW_CASES: readonly Case[] = [
  ...codeFlows,
  ...refreshFlows,
  ...openidFlows,
  ...endingFlows,
  ...assertionFlows,
  ...lostContactFlows,
  ...attackFlows,
];
