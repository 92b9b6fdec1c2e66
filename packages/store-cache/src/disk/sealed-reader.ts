import { type FileHandle, open } from 'node:fs/promises';
import { StoreError } from '@gatehouse/core';
import { FRAME_HEAD, fileKey, hasLaterFrame, headOf, LONGEST_FRAME, openFrame, SALT_BYTES } from './sealed-frame.ts';

/** Reads a file of sealed frames from its beginning. */
export class SealedReader {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #size: number;
  readonly #key: Buffer;
  #offset: number = SALT_BYTES;
  #next = 0;
  #torn = false;
  #about = '';

  private constructor(file: FileHandle, path: string, size: number, key: Buffer) {
    this.#file = file;
    this.#path = path;
    this.#size = size;
    this.#key = key;
  }

  /** @throws StoreError `config` where none of the secrets opens it */
  static async open(path: string, secrets: readonly string[], name: string): Promise<SealedReader> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const salt = await read(file, 0, SALT_BYTES);
      for (const secret of secrets) {
        const reader = new SealedReader(file, path, size, fileKey(secret, salt, name));
        const about = await reader.#open(0);
        if (about === null) continue;
        reader.#about = about;
        return reader;
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    throw new StoreError(
      'config',
      `${path} cannot be opened: it is damaged, or was written under a secret that is not listed. List that secret too, or restore the file from a backup.`,
    );
  }

  /** The text of the first frame, which {@link next} leaves out. */
  get about(): string {
    return this.#about;
  }

  /** The end of the last frame that was read. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether a write that a crash cut short follows the last frame. It was never answered. */
  get torn(): boolean {
    return this.#torn;
  }

  /**
   * The text of the next frame; null after the last.
   * @throws StoreError `config` where what follows is damaged: a frame that is not good has good ones behind it, and since
   * one is only written when the one before is on disk, no crash does that.
   */
  async next(): Promise<string | null> {
    const text = await this.#open(this.#next);
    if (text !== null || this.#offset === this.#size) return text;
    const rest = await read(this.#file, this.#offset, this.#size - this.#offset);
    if (hasLaterFrame(this.#key, rest, this.#next)) throw damaged(this.#path, this.#offset);
    this.#torn = true;
    return null;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** The text of this frame if it lies here whole, and goes on behind it. */
  async #open(expected: number): Promise<string | null> {
    if (this.#offset + FRAME_HEAD > this.#size) return null;
    const { length, number } = headOf(await read(this.#file, this.#offset, FRAME_HEAD));
    const end = this.#offset + FRAME_HEAD + length;
    if (number !== expected || length > LONGEST_FRAME || end > this.#size) return null;
    const text = openFrame(this.#key, await read(this.#file, this.#offset, FRAME_HEAD + length));
    if (text === null) return null;
    this.#offset = end;
    this.#next = number + 1;
    return text;
  }
}

export const UNSPENT =
  'Without it used codes and refresh tokens could be good again: restore the snapshot together with its journals, or remove them all to start empty.';

export function damaged(path: string, offset: number): StoreError {
  return new StoreError('config', `${path} is damaged at byte ${offset}. ${UNSPENT}`);
}

/** So many bytes from here, fewer where the file ends. */
async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) return bytes.subarray(0, filled);
    filled += bytesRead;
  }
  return bytes;
}
