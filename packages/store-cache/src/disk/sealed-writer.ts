import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JournalFile } from './journal.ts';
import { fileKey, SALT_BYTES, sealFrame } from './sealed-frame.ts';

/** For the process's owner alone: it holds hashes and claims, though sealed. */
const PRIVATE = 0o600;

/** Adds sealed frames to a new file. */
export class SealedWriter implements JournalFile {
  readonly #file: FileHandle;
  readonly #key: Buffer;
  #length = 0;
  #frames = 0;
  /** Sealed, and perhaps partly on disk: written again as it is, at its place, so that no nonce seals two texts. */
  #unwritten: Buffer | null = null;

  private constructor(file: FileHandle, key: Buffer) {
    this.#file = file;
    this.#key = key;
  }

  /** A new file whose first frame is `about`, in place of any that is there. `name` is what the file is: part of its key. */
  static async create(path: string, secret: string, name: string, about: object): Promise<SealedWriter> {
    const salt = randomBytes(SALT_BYTES);
    const file = await open(path, 'w', PRIVATE);
    const writer = new SealedWriter(file, fileKey(secret, salt, name));
    try {
      await writer.#put(salt);
      await writer.write(JSON.stringify(about));
      return writer;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Bytes that are written. */
  get length(): number {
    return this.#length;
  }

  /** One frame, not synced yet. A writer whose `write` failed is of no more use. */
  async write(text: string): Promise<void> {
    await this.#put(sealFrame(this.#key, this.#frames++, text));
  }

  /** One frame that survives a crash once this has resolved. */
  async append(text: string): Promise<void> {
    await this.retry();
    this.#unwritten = sealFrame(this.#key, this.#frames++, text);
    await this.retry();
  }

  /** Writes the frame that could not be appended, if there is one. */
  async retry(): Promise<void> {
    if (this.#unwritten === null) return;
    await this.#put(this.#unwritten, { sync: true });
    this.#unwritten = null;
  }

  async sync(): Promise<void> {
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #put(bytes: Uint8Array, { sync = false }: { sync?: boolean } = {}): Promise<void> {
    for (let written = 0; written < bytes.length; )
      written += (await this.#file.write(bytes, written, bytes.length - written, this.#length + written)).bytesWritten;
    // Counted only once it is synced: after a failed sync nobody knows what of it is on disk, so all is written again.
    if (sync) await this.#file.datasync();
    this.#length += bytes.length;
  }
}

/** Gives a finished file its name, so that it is there whole or not at all. */
export async function publish(temporary: string, path: string): Promise<void> {
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

/** Makes names that were made, changed or removed last. Windows has no such call and needs none. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
