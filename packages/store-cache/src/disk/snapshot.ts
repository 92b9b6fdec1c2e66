import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry } from './entry.ts';
import type { FileNames } from './files.ts';
import { endOf, type SnapshotAbout } from './load.ts';
import { SealedWriter } from './sealed-writer.ts';

/** Entries of one frame: some milliseconds of work, and then other work has its turn. */
const SLICE = 500;

/**
 * Writes every entry to the temporary file, in slices. What changes meanwhile is in the journal that was begun before;
 * the caller gives the file its name once that one is on disk.
 */
export async function writeSnapshot(
  names: FileNames,
  secret: string,
  upTo: number,
  entries: Iterable<Entry>,
): Promise<void> {
  const about: SnapshotAbout = { format: 1, upTo };
  const file = await SealedWriter.create(names.temporary, secret, 'snapshot', about);
  try {
    let count = 0;
    let slice: string[] = [];
    const flush = async (): Promise<void> => {
      if (slice.length === 0) return;
      await file.write(slice.join('\n'));
      count += slice.length;
      slice = [];
      await nextTurn();
    };
    for (const entry of entries) {
      slice.push(JSON.stringify(entry));
      if (slice.length === SLICE) await flush();
    }
    await flush();
    await file.write(endOf(count));
    await file.sync();
  } finally {
    await file.close();
  }
}
