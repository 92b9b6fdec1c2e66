import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPages } from './blocks.ts';
import { compileBlocks, type Faults, removeScratch } from './compile.ts';
import { purposeOf } from './purpose.ts';
import { Reader } from './reader.ts';

// Every code block of every page is done as it says; one that cannot be says why, where it stands.

const pages = readPages().filter(({ blocks }) => blocks.length > 0);

let faults: Faults;
beforeAll(async () => {
  faults = await compileBlocks(pages);
});
afterAll(removeScratch);

describe.each(pages)('$path', (page) => {
  const reader = new Reader(page);
  let missing: string | null = null;
  beforeAll(async () => {
    missing = await reader.prepare();
  });
  afterAll(() => reader.close());

  it.for(page.blocks)('line $line: $language', async (block, ctx) => {
    const purpose = purposeOf(block);
    if (purpose.kind === 'not-run') return ctx.skip(`${page.path}:${block.line} ${purpose.reason}`);
    expect(faults.get(block) ?? []).toEqual([]);
    if (missing !== null) return ctx.skip(`${page.path}:${block.line} ${missing}`);
    await reader.follow(block);
  });
});
