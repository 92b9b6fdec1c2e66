import type { Log } from '@gatehouse/core';
import type { Eviction } from './tokens.ts';

/** Counts what had to go; tells of each at once, and logs how many there were, at most once a second. */
export class Evictions {
  #live = 0;
  #expired = 0;
  #logged = 0;
  readonly #log: Log;
  readonly #tell: ((eviction: Eviction) => void) | undefined;

  constructor(log: Log, tell: ((eviction: Eviction) => void) | undefined) {
    this.#log = log;
    this.#tell = tell;
  }

  /** Of tokens that were still good. */
  get live(): number {
    return this.#live;
  }

  /** Of tokens past their end. */
  get expired(): number {
    return this.#expired;
  }

  readonly add = (eviction: Eviction): void => {
    if (eviction.live) this.#live++;
    else this.#expired++;
    this.#tell?.(eviction);
  };

  report(): void {
    const evicted = this.#live - this.#logged;
    if (evicted === 0) return;
    this.#logged = this.#live;
    this.#log.warn(
      { evicted, total: this.#live },
      'The cache store is full and evicted live access tokens; raise maxElements.',
    );
  }
}
