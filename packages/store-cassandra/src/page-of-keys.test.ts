import { hash } from 'node:crypto';
import { type Key, StoreError } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { FIRST, pageOfKeys } from './page-of-keys.ts';

/** Rows of ended ones that a read may meet. */
const MOST_ENDED = 100;

const givenUp = (): StoreError =>
  new StoreError('unavailable', 'no', { cause: Object.assign(new Error('no'), { code: 0x1300 }) });
const keyOf = (number: number, prefix = ''): Key =>
  (prefix + hash('sha256', String(number), 'base64url').slice(prefix.length)) as Key;
const keys = (from: number, count: number, prefix?: string): readonly Key[] =>
  Array.from({ length: count }, (_, index) => keyOf(from + index, prefix));
const inOrder = (all: readonly Key[]): readonly Key[] =>
  [...all].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** A partition as a node reads it: row by row, until the page is full or too many have ended. */
function partitionOf(living: readonly Key[], ended: readonly Key[]) {
  const rows = inOrder([...living, ...ended]);
  const isLiving = new Set(living);
  const asked: string[] = [];
  return {
    asked,
    read: async (after: string, before: string, page: number): Promise<readonly Key[]> => {
      asked.push(before);
      const found: Key[] = [];
      let met = 0;
      for (const row of rows) {
        if (row <= after || row >= before || found.length === page) continue;
        if (isLiving.has(row)) found.push(row);
        else if (++met > MOST_ENDED) throw givenUp();
      }
      return found;
    },
  };
}

async function allOf(read: Parameters<typeof pageOfKeys>[0], page: number): Promise<readonly Key[]> {
  const found: Key[] = [];
  for (;;) {
    const more = await pageOfKeys(read, found.at(-1) ?? FIRST, page);
    expect(more.length).toBeLessThanOrEqual(page);
    found.push(...more);
    if (more.length < page) return found;
  }
}

describe('a page of keys', () => {
  const living = keys(0, 500);

  it('is one read where few have ended', async () => {
    const { read, asked } = partitionOf(living, keys(1_000, MOST_ENDED));
    expect(await pageOfKeys(read, FIRST, 1_000)).toEqual(inOrder(living));
    expect(asked).toEqual(['~']);
  });

  it.each([
    ['everywhere', keys(1_000, 3_000)],
    ['behind one letter', keys(1_000, 3_000, 'Q')],
    ['behind the smallest and the greatest', [...keys(1_000, 1_000, '-'), ...keys(2_000, 1_000, 'z')]],
  ])('skips and repeats nothing where too many have ended %s', async (_, ended) => {
    for (const page of [1_000, 500, 64, 7])
      expect(await allOf(partitionOf(living, ended).read, page)).toEqual(inOrder(living));
  });

  it('is not asked for in parts that lie before it, nor in those behind a full one', async () => {
    const { read, asked } = partitionOf(living, keys(1_000, 3_000));
    const [after = ''] = inOrder(living).filter((key) => key.startsWith('a'));
    await pageOfKeys(read, after, 1);
    expect(asked.slice(1).filter((before) => before < 'a')).toEqual([]);
    expect(asked).not.toContain('z~');
  });

  it('fails where a part that cannot be narrowed down any more is given up', async () => {
    const { read } = partitionOf(living, keys(1_000, MOST_ENDED + 1, 'QAB'));
    await expect(pageOfKeys(read, FIRST, 10)).resolves.toHaveLength(10);
    await expect(allOf(read, 1_000)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('fails at once where anything else is wrong', async () => {
    const asked: string[] = [];
    const read = async (_: string, before: string): Promise<readonly Key[]> => {
      asked.push(before);
      throw new StoreError('timeout', 'no');
    };
    await expect(pageOfKeys(read, FIRST, 10)).rejects.toMatchObject({ kind: 'timeout' });
    expect(asked).toEqual(['~']);
  });
});
