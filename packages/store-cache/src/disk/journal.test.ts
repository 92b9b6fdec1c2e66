import { describe, expect, it } from 'vitest';
import { aKey } from '../fixtures.test-support.ts';
import type { Entry } from './entry.ts';
import { Journal, type JournalFile } from './journal.ts';

/** A disk that is as slow and as full as the test says. */
class TestFile implements JournalFile {
  readonly appended: string[] = [];
  length = 0;
  full = false;
  #unwritten: string | null = null;
  #held: (() => void)[] | null = null;

  hold(): void {
    this.#held = [];
  }

  release(): void {
    for (const go of this.#held?.splice(0) ?? []) go();
    this.#held = null;
  }

  async append(text: string): Promise<void> {
    this.#unwritten = text;
    await this.retry();
  }

  async retry(): Promise<void> {
    if (this.#unwritten === null) return;
    await new Promise<void>((go) => (this.#held ? this.#held.push(go) : go()));
    if (this.full) throw new Error('ENOSPC');
    this.appended.push(this.#unwritten);
    this.#unwritten = null;
  }

  async close(): Promise<void> {}
}

const entry = (count: number): Entry => ({ in: 'n', is: 'counter', counter: 'c', of: aKey(), count, until: 1 });
const counts = (text: string): number[] =>
  text.split('\n').map((line) => (JSON.parse(line) as { count: number }).count);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a journal', () => {
  it('makes one batch of what comes while the disk is busy, and answers each when its own is on disk', async () => {
    const file = new TestFile();
    const journal = new Journal(file);
    const order: number[] = [];
    const write = (count: number): void => {
      journal.record(entry(count));
      void journal.settled().then(() => order.push(count));
    };
    file.hold();
    write(1);
    await turn();
    for (const count of [2, 3, 4]) write(count);
    await turn();
    expect(order).toEqual([]);
    file.release();
    await turn();
    expect([file.appended.map(counts), order]).toEqual([
      [[1], [2, 3, 4]],
      [1, 2, 3, 4],
    ]);
  });

  it('is settled at once where nothing waits, and with the batch under way where nothing came after it', async () => {
    const file = new TestFile();
    const journal = new Journal(file);
    await journal.settled();
    file.hold();
    journal.record(entry(1));
    const first = journal.settled();
    await turn();
    let settled = false;
    const second = journal.settled().then(() => {
      settled = true;
    });
    await turn();
    expect(settled).toBe(false);
    file.release();
    await Promise.all([first, second]);
  });

  it('of a full disk: nobody is told that it was written, nothing more is taken, and nothing is lost when there is room', async () => {
    const file = new TestFile();
    const journal = new Journal(file);
    file.full = true;
    journal.record(entry(1));
    const first = journal.settled();
    journal.record(entry(2));
    await expect(first).rejects.toMatchObject({ kind: 'unknown_outcome' });
    await expect(journal.settled()).rejects.toMatchObject({ kind: 'unknown_outcome' });
    expect(journal.behind).toBe(true);
    await expect(journal.ready()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(file.appended).toEqual([]);

    file.full = false;
    await journal.ready();
    expect(journal.behind).toBe(false);
    await journal.settled();
    journal.record(entry(3));
    await journal.settled();
    expect(file.appended.flatMap(counts)).toEqual([1, 2, 3]);
  });

  it('takes no more than 5000 waiting entries', async () => {
    const file = new TestFile();
    const journal = new Journal(file);
    file.hold();
    journal.record(entry(0));
    const underWay = journal.settled();
    await turn();
    for (let count = 1; count < 5_000; count++) journal.record(entry(count));
    expect(journal.behind).toBe(false);
    journal.record(entry(5_000));
    await expect(journal.ready()).rejects.toMatchObject({ kind: 'unavailable' });
    file.release();
    await Promise.all([underWay, journal.settled()]);
    await journal.ready();
  });

  it('goes on in another file: what was recorded before is in one of the two, in order', async () => {
    const [one, two] = [new TestFile(), new TestFile()];
    const journal = new Journal(one);
    one.hold();
    journal.record(entry(1));
    const first = journal.settled();
    await turn();
    const moved = journal.moveTo(two);
    journal.record(entry(2));
    const second = journal.settled();
    one.release();
    await Promise.all([first, moved, second]);
    expect([one.appended.map(counts), two.appended.map(counts)]).toEqual([[[1]], [[2]]]);
  });
});
