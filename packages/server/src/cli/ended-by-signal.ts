import { EXIT } from './command.ts';

/** Between a Ctrl-C that npm and the terminal both pass on and one that is meant. */
export const MEANT_AFTER_MS = 1_000;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Told by SIGINT or SIGTERM while something runs that must still be tidied; a second one that is meant ends it at once. */
export class EndedBySignal {
  readonly #told = Promise.withResolvers<'ended'>();
  #asked = 0;

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#tell);
  }

  /** Leaves signals to themselves again. */
  stop(): void {
    for (const signal of SIGNALS) process.off(signal, this.#tell);
  }

  /** `ended` where the signal was faster. */
  before<T>(answer: Promise<T>): Promise<T | 'ended'> {
    return Promise.race([answer, this.#told.promise]);
  }

  readonly #tell = (): void => {
    if (this.#asked > 0 && performance.now() - this.#asked >= MEANT_AFTER_MS) process.exit(EXIT.failed);
    this.#asked ||= performance.now();
    this.#told.resolve('ended');
  };
}
