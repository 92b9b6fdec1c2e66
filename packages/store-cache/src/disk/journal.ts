import { StoreError } from '@gatehouse/core';
import type { Entry } from './entry.ts';

/** Entries that may wait for the disk; past it writes are refused before they are applied (security.md 1.1). */
const MOST_WAITING = 5_000;

/** Where a journal goes on: sealed-writer.ts. */
export interface JournalFile {
  readonly length: number;
  append(text: string): Promise<void>;
  /** Appends the text that could not be appended, if there is one. */
  retry(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What happened since the last snapshot, on disk before it is answered. What is recorded while one batch is being synced
 * is the next batch: the slower the disk, the larger the batches.
 */
export class Journal {
  #file: JournalFile;
  #waiting: string[] = [];
  /** Batches and changes of file, one after the other. */
  #tail: Promise<void> = Promise.resolve();
  /** The batch that will hold what is waiting. */
  #queued: Promise<void> | null = null;
  /** The newest batch under way or done. */
  #latest: Promise<void> = Promise.resolve();
  #recorded = 0;
  /** Since the disk refused a batch, until it has taken it. */
  #refused = false;

  constructor(file: JournalFile) {
    this.#file = file;
  }

  /** Bytes since the last change of file. */
  get length(): number {
    return this.#file.length;
  }

  /** Entries recorded so far. */
  get recorded(): number {
    return this.#recorded;
  }

  /** Whether {@link ready} would refuse or have to wait. */
  get behind(): boolean {
    return this.#refused || this.#waiting.length >= MOST_WAITING;
  }

  /** @throws StoreError `unavailable` while the disk does not take what it was given before */
  async ready(): Promise<void> {
    if (this.#refused) {
      try {
        await this.#enqueue(() => this.#retry());
      } catch (cause) {
        throw new StoreError('unavailable', 'The cache store cannot write its journal.', { cause });
      }
    }
    if (this.behind) throw new StoreError('unavailable', 'The cache store has more to write than its disk takes.');
  }

  record(entry: Entry): void {
    this.#waiting.push(JSON.stringify(entry));
    this.#recorded++;
  }

  /**
   * Resolves once everything recorded so far survives a crash.
   * @throws StoreError `unknown_outcome`: it is applied in memory, and on disk perhaps
   */
  settled(): Promise<void> {
    if (this.#waiting.length === 0 && this.#queued === null) return this.#latest;
    if (this.#queued === null) {
      this.#queued = this.#enqueue(() => this.#commit());
      // Each caller hears of it; a count that nobody waits for must not end the process.
      this.#queued.catch(() => undefined);
    }
    return this.#queued;
  }

  /** Goes on in another file. What is waiting goes there. */
  async moveTo(file: JournalFile): Promise<void> {
    await this.#enqueue(async () => {
      await this.#retry();
      await this.#file.close();
      this.#file = file;
    });
  }

  async close(): Promise<void> {
    await this.#enqueue(() => this.#file.close());
  }

  async #commit(): Promise<void> {
    this.#latest = this.#queued ?? this.#latest;
    this.#queued = null;
    try {
      await this.#retry();
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#file.append(batch.join('\n'));
    } catch (cause) {
      this.#refused = true;
      throw new StoreError('unknown_outcome', 'The cache store could not write its journal.', { cause });
    }
  }

  async #retry(): Promise<void> {
    if (!this.#refused) return;
    await this.#file.retry();
    this.#refused = false;
    // What failed is on disk now: whoever asks again is told so.
    if (this.#queued === null && this.#waiting.length === 0) this.#latest = Promise.resolve();
  }

  #enqueue(job: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(job);
    this.#tail = done.catch(() => undefined);
    return done;
  }
}
