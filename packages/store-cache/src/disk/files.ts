import { readdir, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { syncDirectory } from './sealed-writer.ts';

/**
 * A snapshot holds everything up to the end of a journal; the journals after that one go on from there. There is always
 * one such journal, so a snapshot that stands alone has lost something.
 */
export interface FileNames {
  readonly snapshot: string;
  readonly lock: string;
  readonly temporary: string;
  journal(number: number): string;
}

export function namesFor(file: string): FileNames {
  return {
    snapshot: file,
    lock: `${file}.lock`,
    temporary: `${file}.new`,
    journal: (number) => `${file}.journal.${number}`,
  };
}

/** The numbers of the journals that are there, in order. */
export async function journalNumbers(file: string): Promise<readonly number[]> {
  const prefix = `${basename(file)}.journal.`;
  const names = await readdir(dirname(file));
  return names
    .filter((name) => name.startsWith(prefix) && /^[1-9]\d*$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b);
}

/** Removes journals that a snapshot has taken in. */
export async function removeJournals(file: string, upTo: number): Promise<void> {
  const names = namesFor(file);
  for (const number of await journalNumbers(file)) if (number <= upTo) await rm(names.journal(number));
  await syncDirectory(dirname(file));
}
