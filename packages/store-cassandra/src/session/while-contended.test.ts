import { Deadline, StoreError } from '@gatehouse/core';
import { expect, it } from 'vitest';
import { whileContended } from './while-contended.ts';

const withCode = (code: number): Error => Object.assign(new Error('Server timeout'), { code });
const failing = (errors: readonly Error[]) => {
  const left = [...errors];
  const tries = { made: 0 };
  const attempt = async (): Promise<string> => {
    tries.made++;
    const error = left.shift();
    if (error) throw error;
    return 'done';
  };
  return { attempt, tries };
};

it('tries again where others were in the way, told by the driver or by a store', async () => {
  const contended = [withCode(0x1100), withCode(0x1700)];
  const told = new StoreError('timeout', 'late', { cause: withCode(0x1100) });
  const { attempt, tries } = failing([...contended, told]);
  expect(await whileContended(new Deadline(60_000), attempt)).toBe('done');
  expect(tries.made).toBe(4);
});

it('gives anything else on at once, and the last error when the time is over', async () => {
  const lost = failing([new Error('The connection was lost.')]);
  await expect(whileContended(new Deadline(60_000), lost.attempt)).rejects.toThrow('lost');
  expect(lost.tries.made).toBe(1);
  const late = failing([withCode(0x1100)]);
  await expect(whileContended(new Deadline(0), late.attempt)).rejects.toThrow('Server timeout');
});
