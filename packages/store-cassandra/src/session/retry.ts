import type { policies, types } from 'cassandra-driver';
import type { Driver } from './driver.ts';

type RetryPolicy = policies.retry.RetryPolicy;
type Info = policies.retry.OperationInfo;

/**
 * What may be sent twice is sent to one other node, once, where the first said that it cannot or said nothing. What
 * decides is never sent by the driver again: each such statement carries a policy of its own that says so.
 */
export function retryElsewhere({ policies }: Driver): RetryPolicy {
  class RetryElsewhere extends policies.retry.RetryPolicy {
    override onUnavailable(info: Info, level: types.consistencies): policies.retry.DecisionInfo {
      return this.#elsewhere(info, level);
    }

    override onReadTimeout(): policies.retry.DecisionInfo {
      return this.rethrowResult();
    }

    override onWriteTimeout(): policies.retry.DecisionInfo {
      return this.rethrowResult();
    }

    override onRequestError(info: Info, level: types.consistencies | undefined): policies.retry.DecisionInfo {
      return this.#elsewhere(info, level);
    }

    #elsewhere(
      { executionOptions, nbRetry }: Info,
      level: types.consistencies | undefined,
    ): policies.retry.DecisionInfo {
      if (!executionOptions.isIdempotent() || nbRetry > 0) return this.rethrowResult();
      // Undefined to the driver is: the same level.
      return this.retryResult(level as types.consistencies, false);
    }
  }
  return new RetryElsewhere();
}
