/** Told by the first SIGINT or SIGTERM while something runs that must still be tidied; the second ends the process. */
export class EndedBySignal {
  readonly #told = Promise.withResolvers<'ended'>();
  readonly #tell = (): void => this.#told.resolve('ended');

  constructor() {
    for (const signal of SIGNALS) process.once(signal, this.#tell);
  }

  /** Leaves signals to themselves again. */
  stop(): void {
    for (const signal of SIGNALS) process.off(signal, this.#tell);
  }

  /** `ended` where the signal was faster. */
  before<T>(answer: Promise<T>): Promise<T | 'ended'> {
    return Promise.race([answer, this.#told.promise]);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
