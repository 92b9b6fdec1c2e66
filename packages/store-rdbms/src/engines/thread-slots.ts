/**
 * Places for work that holds one of the few threads of this process (libuv's) as long as it runs. The rest of the
 * process needs one of them now and then, for files and names; and who waits for a lock on all of them keeps out the one
 * who would let it go.
 */
export class ThreadSlots {
  readonly count: number;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(threads: number) {
    this.count = Math.max(1, threads - 1);
    this.#free = this.count;
  }

  async take(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }

  /** Who waits. */
  get waiting(): number {
    return this.#waiting.length;
  }
}

/** Fixed when the process began, from this variable. */
const THREADS = Number(process.env['UV_THREADPOOL_SIZE']) || 4;

/** One for the process, whatever the number of its stores. */
export const threadSlots: ThreadSlots = new ThreadSlots(THREADS);
