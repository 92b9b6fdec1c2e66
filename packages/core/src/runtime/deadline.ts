/** The time is over; what was waited for may still come. */
export class Late extends Error {
  override readonly name = 'Late';
}

/** When a call must have its answer. */
export class Deadline {
  readonly #end: number;

  constructor(ms: number) {
    this.#end = performance.now() + ms;
  }

  /** Milliseconds; negative when it is over. */
  get left(): number {
    return this.#end - performance.now();
  }

  /** @throws Late */
  async race<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Late('The time is over.')), Math.max(1, this.left));
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
      // A late failure was answered already.
      answer.catch(() => undefined);
    }
  }
}
