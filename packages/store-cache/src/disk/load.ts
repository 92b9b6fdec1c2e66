import { access, open } from 'node:fs/promises';
import { StoreError } from '@gatehouse/core';
import type { Entry } from './entry.ts';
import { journalNumbers, namesFor, removeJournals } from './files.ts';
import { damaged, SealedReader, UNSPENT } from './sealed-reader.ts';

/** What a snapshot's first frame says; its last one counts its entries. */
export interface SnapshotAbout {
  readonly format: 1;
  /** The last journal that it has taken in. */
  readonly upTo: number;
}

export function endOf(entries: number): string {
  return JSON.stringify({ entries });
}

export interface Loaded {
  /** The number of the journal to begin: in place of the newest where nothing is in that one. */
  readonly next: number;
  /** Entries that no snapshot holds. */
  readonly journalled: number;
}

/**
 * Hands over every entry of a snapshot and of the journals after it, in order.
 * @throws StoreError `config` where any of it is missing or damaged, in words that name the fix
 */
export async function load(file: string, secrets: readonly string[], restore: (entry: Entry) => void): Promise<Loaded> {
  const names = namesFor(file);
  const there = await exists(names.snapshot);
  const upTo = there ? await loadSnapshot(names.snapshot, secrets, restore) : 0;
  await removeJournals(file, upTo);
  const numbers = await journalNumbers(file);
  const missing = numbers.find((number, index) => number !== upTo + 1 + index);
  if (missing !== undefined || (there && numbers.length === 0))
    throw new StoreError('config', `${names.journal((missing ?? upTo + 2) - 1)} is missing. ${UNSPENT}`);
  let journalled = 0;
  let next = upTo + 1;
  let torn: { path: string; offset: number } | null = null;
  for (const number of numbers) {
    const path = names.journal(number);
    const found = await loadJournal(path, number, secrets, restore);
    // A crash cuts short the last write of all: nothing was written after it.
    if (torn && found.entries > 0) throw damaged(torn.path, torn.offset);
    if (found.torn) torn = { path, offset: found.offset };
    if (found.entries > 0) next = number + 1;
    journalled += found.entries;
  }
  if (torn) await cut(torn.path, torn.offset);
  return { next, journalled };
}

async function loadSnapshot(
  path: string,
  secrets: readonly string[],
  restore: (entry: Entry) => void,
): Promise<number> {
  const reader = await SealedReader.open(path, secrets, 'snapshot');
  try {
    const about = JSON.parse(reader.about) as SnapshotAbout;
    let entries = 0;
    let frame = await reader.next();
    for (let following = await reader.next(); following !== null; following = await reader.next()) {
      entries += restoreFrame(frame ?? '', restore);
      frame = following;
    }
    // It got its name when it was whole, so nothing excuses a missing end.
    if (reader.torn || frame !== endOf(entries)) throw damaged(path, reader.offset);
    return about.upTo;
  } finally {
    await reader.close();
  }
}

async function loadJournal(
  path: string,
  number: number,
  secrets: readonly string[],
  restore: (entry: Entry) => void,
): Promise<{ entries: number; torn: boolean; offset: number }> {
  const reader = await SealedReader.open(path, secrets, `journal/${number}`);
  try {
    let entries = 0;
    for (let frame = await reader.next(); frame !== null; frame = await reader.next())
      entries += restoreFrame(frame, restore);
    return { entries, torn: reader.torn, offset: reader.offset };
  } finally {
    await reader.close();
  }
}

function restoreFrame(frame: string, restore: (entry: Entry) => void): number {
  const lines = frame.split('\n');
  for (const line of lines) restore(JSON.parse(line) as Entry);
  return lines.length;
}

/** Before anything is written after it: what is behind is not to be taken for a loss one day. */
async function cut(path: string, length: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(length);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
