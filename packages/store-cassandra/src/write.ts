import type { Addition, Change, NewRegister, NewToken, Write, Written } from '@gatehouse/core';
import { addRegister } from './add-register.ts';
import { addToken, type TokenGuard, tokenGuard } from './add-token.ts';
import { type Before, before, changeRegister, lengthen } from './change-register.ts';
import { conflict } from './conflict.ts';
import { inTurns } from './in-turns.ts';
import { note } from './look-ups.ts';
import { epochOf } from './read-register.ts';
import type { Call } from './room.ts';
import { addedRow } from './rows.ts';

/**
 * The one write, without a transaction: what is written plainly first (its keys are random, or lead nowhere without
 * the register), then the registers that are new, and last the compare-and-set that decides.
 */
export async function write(call: Call, { attempt, change, add = [] }: Write): Promise<Written> {
  refuseTwins(add);
  const tokens = add.filter((one) => one.kind === 'access_token');
  const registers = add.filter((one) => one.kind !== 'access_token');
  const [start, guards, epochs] = await Promise.all([
    change === undefined ? undefined : before(call, change, attempt),
    guardsOf(call, tokens, attempt, change !== undefined),
    epochsOf(call, add),
  ]);
  // Before anything is written: whoever is too late adds nothing.
  if (typeof start === 'string') return start;
  if (guards.some((guard) => guard === 'taken')) throw conflict();

  const plain: (() => Promise<void>)[] = [
    ...tokens.map(
      (token, index) => () => addToken(call, attempt, token, guards[index], epochs.get(token.clientId) ?? 0),
    ),
    ...registers.map((one) => () => note(call, addedRow(one, attempt, 0))),
    ...lengthening(call, change, start, attempt),
  ];
  await inTurns(plain, (one) => one());
  await inTurns(registers, (one) => addRegister(call, attempt, one, stampOf(one, epochs)));
  return change === undefined || start === undefined ? 'written' : changeRegister(call, change, attempt, start.row);
}

function lengthening(
  call: Call,
  change: Change | undefined,
  start: Exclude<Before, string> | undefined,
  attempt: string,
): readonly (() => Promise<void>)[] {
  return change === undefined || start === undefined ? [] : [() => lengthen(call, change, start.row, attempt)];
}

async function guardsOf(
  call: Call,
  tokens: readonly NewToken[],
  attempt: string,
  besideChange: boolean,
): Promise<readonly (TokenGuard | undefined)[]> {
  const guards: (TokenGuard | undefined)[] = [];
  await inTurns([...tokens.entries()], async ([index, token]) => {
    guards[index] = await tokenGuard(call, attempt, token, besideChange);
  });
  return guards;
}

/** Of the clients whose grants, and tokens without a grant, are stamped. */
async function epochsOf(call: Call, add: readonly Addition[]): Promise<ReadonlyMap<string, number>> {
  const clients = new Set<string>();
  for (const one of add) {
    if (one.kind === 'grant' && one.clientId !== null) clients.add(one.clientId);
    if (one.kind === 'access_token' && one.grantId === null) clients.add(one.clientId);
  }
  const epochs = new Map<string, number>();
  await inTurns([...clients], async (clientId) => void epochs.set(clientId, await epochOf(call, clientId)));
  return epochs;
}

function stampOf({ kind, clientId }: NewRegister, epochs: ReadonlyMap<string, number>): number {
  return kind === 'grant' && clientId !== null ? (epochs.get(clientId) ?? 0) : 0;
}

/** Two of one kind and key in one write are never an earlier try. */
function refuseTwins(add: readonly Addition[]): void {
  if (add.length > 1 && new Set(add.map(({ kind, key }) => `${kind}:${key}`)).size < add.length) throw conflict();
}
