import { expect, it } from 'vitest';
import { importDriver } from './driver.ts';
import { retryElsewhere } from './retry.ts';

const driver = await importDriver();
const policy = retryElsewhere(driver);
const rethrow = policy.rethrowResult();
/** Of the two copies that are needed one is up; the driver's types take the number for a flag. */
const ONE_UP = 1 as never;
const level = driver.types.consistencies.localQuorum;
const info = (isIdempotent: boolean, nbRetry = 0) =>
  ({ query: '', nbRetry, executionOptions: { isIdempotent: () => isIdempotent } }) as never;

it('what may be sent twice goes to one other node, once, where the first said that it cannot or said nothing', () => {
  for (const decision of [
    policy.onUnavailable(info(true), level, 2, ONE_UP),
    policy.onRequestError(info(true), level, new Error()),
  ])
    expect(decision).toEqual(policy.retryResult(level, false));
  for (const decision of [
    policy.onUnavailable(info(true, 1), level, 2, ONE_UP),
    policy.onRequestError(info(true, 1), level, new Error()),
  ])
    expect(decision).toEqual(rethrow);
});

it('what may not be sent twice is not, and a time that ran out at the nodes is not tried to run out again', () => {
  for (const decision of [
    policy.onUnavailable(info(false), level, 2, ONE_UP),
    policy.onRequestError(info(false), level, new Error()),
    policy.onReadTimeout(info(true), level, 1, 2, true),
    policy.onWriteTimeout(info(true), level, 1, 2, 'SIMPLE'),
  ])
    expect(decision).toEqual(rethrow);
});
