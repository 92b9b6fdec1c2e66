import { Deadline, StoreError } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import type { Call } from './room.ts';
import { untilKnown } from './until-known.ts';

const call = { deadline: new Deadline(60_000) } as Call;
const unknown = (code?: number) =>
  new StoreError('unknown_outcome', 'lost', { cause: Object.assign(new Error('lost'), { code }) });
const CONTENTION = 0x1100;

/** Tries that come to this, one after the other, and what is seen where contact was lost. */
function tries(outcomes: readonly (string | StoreError | undefined)[], seen?: string) {
  const told: boolean[] = [];
  const answer = untilKnown<string>(call, {
    async attempt(wasUnknown) {
      const outcome = outcomes[told.push(wasUnknown) - 1];
      if (outcome instanceof StoreError) throw outcome;
      return outcome;
    },
    look: async () => seen,
  });
  return { answer, told };
}

describe('what decides', () => {
  it('is tried again where others were in its way, and told that the try before may have been made', async () => {
    const { answer, told } = tries([unknown(CONTENTION), undefined, 'written']);
    expect(await answer).toBe('written');
    expect(told).toEqual([false, true, true]);
  });

  it('is looked for where contact was lost, and not sent again', async () => {
    const { answer, told } = tries([unknown(), 'written'], 'seen');
    expect(await answer).toBe('seen');
    expect(told).toEqual([false]);
    await expect(tries([unknown(), 'written']).answer).rejects.toMatchObject({ kind: 'unknown_outcome' });
  });

  it('fails as it is where nothing was sent, and stays unknown where only a later try did not get that far', async () => {
    const late = new StoreError('timeout', 'No answer.');
    await expect(tries([late]).answer).rejects.toBe(late);
    await expect(tries([unknown(CONTENTION), late]).answer).rejects.toMatchObject({ kind: 'unknown_outcome' });
    const conflict = new StoreError('conflict', 'It is there.');
    await expect(tries([unknown(CONTENTION), conflict]).answer).rejects.toBe(conflict);
  });
});
