import { mkdir, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Log, MINIMUM_SECRET_BYTES, StoreError } from '@gatehouse/core';
import type { Entry } from './entry.ts';
import { type FileNames, namesFor, removeJournals } from './files.ts';
import { Journal } from './journal.ts';
import { type Loaded, load } from './load.ts';
import { lock } from './lock-file.ts';
import { publish, SealedWriter } from './sealed-writer.ts';
import { writeSnapshot } from './snapshot.ts';

/** Where a cache store survives a restart. */
export interface SnapshotOptions {
  /** Beside it are its journals, its lock and, for a moment, the next snapshot. For one process at a time. */
  readonly file: string;
  /** The server's secret, or the list of them: the first seals, all open. */
  readonly secret: string | readonly string[];
  /** Between two snapshots; default 300. A journal of 64 MiB does not wait for it. */
  readonly intervalSeconds?: number;
}

const INTERVAL_SECONDS = 300;
const LONGEST_JOURNAL = 67_108_864;

/** Keeps what a memory holds: each change in a journal before it is answered, and all of it in a snapshot now and then. */
export class Disk {
  readonly #names: FileNames;
  readonly #secret: string;
  readonly #intervalSeconds: number;
  readonly #unlock: () => Promise<void>;
  readonly #log: Log;
  readonly #journal: Journal;
  #number: number;
  /** What had been recorded when the last snapshot began; below 0: not all that was loaded is in one. */
  #covered: number;
  #snapshot: Promise<void> | null = null;
  #seconds = 0;

  private constructor(
    options: SnapshotOptions,
    parts: { secret: string; unlock: () => Promise<void>; log: Log; journal: SealedWriter; loaded: Loaded },
  ) {
    this.#names = namesFor(resolve(options.file));
    this.#secret = parts.secret;
    this.#intervalSeconds = options.intervalSeconds ?? INTERVAL_SECONDS;
    this.#unlock = parts.unlock;
    this.#log = parts.log;
    this.#journal = new Journal(parts.journal);
    this.#number = parts.loaded.next;
    this.#covered = -parts.loaded.journalled;
  }

  /** @throws StoreError `config` naming the fix */
  static async open(options: SnapshotOptions, log: Log, restore: (entry: Entry) => void): Promise<Disk> {
    const secrets = secretsOf(options);
    const file = resolve(options.file);
    const names = namesFor(file);
    let unlock: (() => Promise<void>) | null = null;
    try {
      await mkdir(dirname(file), { recursive: true });
      unlock = await lock(names.lock);
      await rm(names.temporary, { force: true });
      const loaded = await load(file, secrets, restore);
      const journal = await beginJournal(names, secrets[0] as string, loaded.next);
      return new Disk(options, { secret: secrets[0] as string, unlock, log, journal, loaded });
    } catch (error) {
      await unlock?.();
      throw asConfig(error, file);
    }
  }

  /** Everything of this process goes through it. */
  get journal(): Journal {
    return this.#journal;
  }

  /** To be called every second. @param entries all that there is */
  tick(entries: () => Iterable<Entry>): void {
    this.#seconds++;
    const due = this.#seconds >= this.#intervalSeconds || this.#journal.length >= LONGEST_JOURNAL;
    if (!due || this.#journal.recorded === this.#covered || this.#snapshot !== null) return;
    this.snapshot(entries()).catch((error: unknown) =>
      this.#log.error({ error: String(error) }, 'The cache store could not write its snapshot; its journal goes on.'),
    );
  }

  /** Writes all of it to a new snapshot and lets go of the journals that it takes in. */
  snapshot(entries: Iterable<Entry>): Promise<void> {
    this.#seconds = 0;
    this.#snapshot ??= this.#compact(entries).finally(() => {
      this.#snapshot = null;
    });
    return this.#snapshot;
  }

  async close(entries: () => Iterable<Entry>): Promise<void> {
    try {
      await this.#snapshot?.catch(() => undefined);
      await this.#journal.settled();
      if (this.#journal.recorded !== this.#covered) await this.snapshot(entries());
    } catch (error) {
      this.#log.error(
        { error: String(error) },
        'The cache store could not write its last snapshot; its journal stays.',
      );
    } finally {
      await this.#journal.close();
      await this.#unlock();
    }
  }

  async #compact(entries: Iterable<Entry>): Promise<void> {
    const upTo = this.#number;
    const next = await beginJournal(this.#names, this.#secret, upTo + 1);
    const covered = this.#journal.recorded;
    try {
      await this.#journal.moveTo(next);
    } catch (error) {
      await next.close();
      throw error;
    }
    this.#number = upTo + 1;
    await writeSnapshot(this.#names, this.#secret, upTo, entries);
    // It may hold what was recorded meanwhile: that must not be known here and lost there.
    await this.#journal.settled();
    await publish(this.#names.temporary, this.#names.snapshot);
    this.#covered = covered;
    await removeJournals(this.#names.snapshot, upTo);
  }
}

async function beginJournal(names: FileNames, secret: string, number: number): Promise<SealedWriter> {
  const temporary = `${names.journal(number)}.new`;
  const journal = await SealedWriter.create(temporary, secret, `journal/${number}`, { format: 1 });
  try {
    await journal.sync();
    await publish(temporary, names.journal(number));
    return journal;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

function secretsOf({ secret, file }: SnapshotOptions): readonly string[] {
  const secrets = typeof secret === 'string' ? [secret] : secret;
  if (typeof file !== 'string' || file === '')
    throw new StoreError('config', 'The snapshot of the cache store needs a file.');
  if (secrets.length === 0 || secrets.some((each) => Buffer.byteLength(each) < MINIMUM_SECRET_BYTES))
    throw new StoreError(
      'config',
      `The snapshot of the cache store needs a secret of at least ${MINIMUM_SECRET_BYTES} bytes; \`gatehouse secret\` makes one.`,
    );
  return secrets;
}

function asConfig(error: unknown, file: string): StoreError {
  if (error instanceof StoreError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'an error';
  return new StoreError(
    'config',
    `The snapshot ${file} cannot be used (${code}): check its folder and its permissions.`,
    {
      cause: error,
    },
  );
}
