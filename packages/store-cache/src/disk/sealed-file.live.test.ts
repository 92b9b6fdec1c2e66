import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SealedReader } from './sealed-reader.ts';
import { SealedWriter } from './sealed-writer.ts';

const SECRET = 'a secret of this test, long enough';
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sealed-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FRAMES = ['one', 'two', 'the third, a little longer', 'four'];
const path = join(folder, 'file');
/** Where each frame ends. */
const ends: number[] = [];
let bytes: Buffer;

beforeAll(async () => {
  const writer = await SealedWriter.create(path, SECRET, 'test', { about: true });
  ends.push(writer.length);
  for (const text of FRAMES) {
    await writer.append(text);
    ends.push(writer.length);
  }
  await writer.close();
  bytes = readFileSync(path);
});

interface Reading {
  readonly frames: readonly string[];
  readonly torn: boolean;
  readonly refused: boolean;
}

async function read(content: Buffer, secrets = [SECRET], name = 'test'): Promise<Reading> {
  writeFileSync(path, content);
  const frames: string[] = [];
  let reader: SealedReader;
  try {
    reader = await SealedReader.open(path, secrets, name);
  } catch {
    return { frames, torn: false, refused: true };
  }
  try {
    for (let text = await reader.next(); text !== null; text = await reader.next()) frames.push(text);
    return { frames, torn: reader.torn, refused: false };
  } catch {
    return { frames, torn: false, refused: true };
  } finally {
    await reader.close();
  }
}

describe('a sealed file', () => {
  it('is read as it was written, under its own name and secret alone', async () => {
    expect(await read(bytes)).toEqual({ frames: FRAMES, torn: false, refused: false });
    expect(await read(bytes, ['another secret, quite long enough', SECRET])).toMatchObject({ frames: FRAMES });
    expect(await read(bytes, ['another secret, quite long enough'])).toMatchObject({ refused: true });
    expect(await read(bytes, [SECRET], 'test/2')).toMatchObject({ refused: true });
    expect(bytes.includes('third')).toBe(false);
  });

  it('with any one bit changed is refused, or ends before its last frame', async () => {
    const lastBegins = ends.at(-2) as number;
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      const seen = await read(changed);
      if (at < lastBegins) expect([at, seen.refused]).toEqual([at, true]);
      else expect([at, seen]).toEqual([at, { frames: FRAMES.slice(0, -1), torn: true, refused: false }]);
    }
  });

  it('cut anywhere is read up to its last whole frame, whether what follows is nothing or zeros', async () => {
    for (let length = ends[0] as number; length < bytes.length; length++) {
      const whole = ends.filter((end) => end <= length).length - 1;
      const torn = !ends.includes(length);
      const cut = bytes.subarray(0, length);
      expect(await read(cut)).toEqual({ frames: FRAMES.slice(0, whole), torn, refused: false });
      const zeros = Buffer.concat([cut, Buffer.alloc(bytes.length - length)]);
      expect(await read(zeros)).toMatchObject({ frames: FRAMES.slice(0, whole), torn: true });
    }
  });

  it('with a frame taken out, repeated or moved is refused, or ends where that begins', async () => {
    const part = (frame: number): Buffer => bytes.subarray(ends[frame] as number, ends[frame + 1] as number);
    const head = bytes.subarray(0, ends[0] as number);
    expect(await read(Buffer.concat([head, part(0), part(2), part(3)]))).toMatchObject({ refused: true });
    expect(await read(Buffer.concat([head, part(1), part(0), part(2), part(3)]))).toMatchObject({ refused: true });
    expect(await read(Buffer.concat([head, part(0), part(0)]))).toMatchObject({ frames: ['one'], torn: true });
  });
});
