import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where servers lie that are not meant to be typed. */
const ELSEWHERE = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/usr/libexec', '/opt/homebrew/bin'];

/**
 * A program of this machine.
 * @param version what the version that it prints must begin with
 * @returns its path, or null
 */
export async function findProgram(
  name: string,
  version?: string,
  folders: readonly string[] = [...(process.env['PATH'] ?? '').split(path.delimiter), ...ELSEWHERE],
): Promise<string | null> {
  for (const folder of folders.filter((one) => one !== '')) {
    const file = path.join(folder, name);
    if (isProgram(file) && (version === undefined || (await hasVersion(file, version)))) return file;
  }
  return null;
}

async function hasVersion(file: string, version: string): Promise<boolean> {
  const printed = await run(file, ['--version']).catch(() => ({ stdout: '' }));
  const found = /(?:Ver |PostgreSQL\) )(\d+(?:\.\d+)+)/.exec(printed.stdout)?.[1];
  return found !== undefined && isVersion(found, version);
}

/** Whether `18.6` is an `18`. */
export function isVersion(found: string, wanted: string): boolean {
  return found === wanted || found.startsWith(`${wanted}.`);
}

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
