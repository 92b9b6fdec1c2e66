import type { Case } from './case.ts';
import { CASES } from './cases.ts';

/** The numbers of the contract's list of cases. */
const FIRST_NUMBER = 1;
const LAST_NUMBER = 69;

export interface Coverage {
  /** Of the contract. */
  readonly number: number;
  /** The cases of this suite that prove it. */
  readonly cases: readonly string[];
  /** What of it no interface of a store can show, and where that is proved instead; null where nothing is left. */
  readonly elsewhere: string | null;
}

/** Whole flows that prove a numbered case, beside those that carry its number. */
const FLOWS: Readonly<Record<number, readonly string[]>> = {
  8: ['flow-ends'],
  13: ['store-58-two-clocks'],
  20: ['flow-unknown-redemption'],
  24: ['flow-old-generations'],
  25: ['flow-code-of-another-client'],
  27: ['flow-revocation', 'flow-consent-removed', 'flow-owner-ended'],
  28: ['flow-refresh-and-revoke'],
  36: ['flow-bad-text'],
  44: ['store-20-repeated-change', 'store-20-repeated-addition', 'store-20-repeated-revocation'],
  45: ['flow-restart'],
  51: ['store-04-no-secrets-kept'],
  63: ['store-31-by-what', 'store-31-all-that-is-there'],
};

const ELSEWHERE: Readonly<Record<number, string>> = {
  8: 'Liveness at −1, 0 and +1 is one function of core, tested there; the flow shows it through the endpoints.',
  22: 'Sealing is core’s (`sealed-answer`): a store keeps the text and cannot know whether it opens. Tested in core.',
  23: 'Every order of the store calls of two and three requests, with unknown and late outcomes, is tried in core.',
  40: 'A table that fails while the others are swept needs the back end’s own means; the schedule is the server’s. Tested there.',
  41: 'The schedule of sweeps is the server’s: its interval, its off switch, and that runs never overlap. Tested there.',
  44: 'Only a store with a connection can lose it: its author offers the points as the port `faults`.',
  45: 'Only a back end that outlives a call can restart: the port `restart`.',
  46: 'Only a pool can be used up: the port `exhaust`.',
  47: 'Only an engine with transactions has deadlocks: the port `transient`.',
  49: 'What may be misconfigured differs by back end: the port `misconfigured` lists it.',
  50: 'That no handle stays open is a property of a process; each store’s live test ends one and waits for it.',
  56: 'That nothing was sent shows in a trace: the port `trace`.',
  59: 'Plans and prepared statements are the engine’s: the port `trace`. That a wrong checksum costs no look-up is core’s.',
  60: 'Only a store with a schema migrates: the port `empty`.',
  62: 'Only a store with locks waits for one: the port `hold`.',
  63: 'Encryption at rest is core’s (`encryptRecords`), around a store; the whole suite runs on SQLite with and without it.',
  66: 'Only a sibling in another process can die alone: the port `kill`.',
};

function proves({ id }: Case, number: number): boolean {
  return id.startsWith(`store-${String(number).padStart(2, '0')}-`);
}

/** Where each number of the contract is proved. */
export const COVERAGE: readonly Coverage[] = Array.from({ length: LAST_NUMBER - FIRST_NUMBER + 1 }, (_, index) => {
  const number = FIRST_NUMBER + index;
  const own = CASES.filter((each) => proves(each, number)).map(({ id }) => id);
  return { number, cases: [...own, ...(FLOWS[number] ?? [])], elsewhere: ELSEWHERE[number] ?? null };
});
