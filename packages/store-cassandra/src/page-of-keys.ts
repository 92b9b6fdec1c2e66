import type { Key } from '@gatehouse/core';
import { LETTERS } from './columns.ts';
import { inTurns } from './in-turns.ts';
import { isGivenUp } from './session/fault.ts';

/** Before and behind every key: base64url in the order of bytes, which is that of the tables. */
export const FIRST = '-';
const LAST = '~';
const IN_ORDER = [...LETTERS].sort();

/** Letters of a key that a part is narrowed down by: at two, a part is one of 4 096. */
const DEEPEST = 2;

/** At most `page` keys between the two, neither included, in their order. */
export type ReadKeys = (after: string, before: string, page: number) => Promise<readonly Key[]>;

interface Part {
  /** What its keys begin with. */
  readonly prefix: string;
  /** None yet: it is still to be read. */
  keys: readonly Key[] | undefined;
}

/**
 * The first keys behind `after`. A row that ended stays in the way until its grace is over, and a node gives up a read
 * that meets too many of them (100 000 by default): then each next letter is asked by itself, which meets a 64th.
 */
export async function pageOfKeys(read: ReadKeys, after: string, page: number): Promise<readonly Key[]> {
  let parts: readonly Part[] = [{ prefix: '', keys: undefined }];
  for (let depth = 0; ; depth++) {
    await inTurns(
      parts.filter(({ keys }) => keys === undefined),
      async (part) => {
        part.keys = isFull(parts, part, page) ? [] : await keysOf(part, depth < DEEPEST);
      },
    );
    if (parts.every(({ keys }) => keys !== undefined)) return parts.flatMap(({ keys = [] }) => keys).slice(0, page);
    parts = parts.flatMap((part) => (part.keys === undefined ? narrower(part, after) : [part]));
  }

  async function keysOf({ prefix }: Part, canBeNarrowed: boolean): Promise<readonly Key[] | undefined> {
    try {
      return await read(after > prefix ? after : prefix, prefix + LAST, page);
    } catch (error) {
      if (canBeNarrowed && isGivenUp(error)) return undefined;
      throw error;
    }
  }
}

/** Whether the parts in front of it, as far as they are read, make a page already. */
function isFull(parts: readonly Part[], part: Part, page: number): boolean {
  let found = 0;
  for (const { keys = [] } of parts.slice(0, parts.indexOf(part))) found += keys.length;
  return found >= page;
}

function narrower({ prefix }: Part, after: string): readonly Part[] {
  return IN_ORDER.map((letter) => ({ prefix: prefix + letter, keys: undefined })).filter(
    (part) => part.prefix + LAST > after,
  );
}
