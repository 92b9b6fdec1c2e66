import { readFile } from 'node:fs/promises';
import type { Settings } from '@gatehouse/core';
import type { Config } from './config.ts';
import { ConfigError } from './config-error.ts';

/** A line of Java's properties: `code=description`, `code: description`; comments start with # or !. */
function parseProperties(text: string): Record<string, string> {
  const pairs = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#!]/.test(line))
    .map((line) => /^([^=:\s]+)\s*[=:\s]\s*(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, code = '', description = '']) => [code, description] as const);
  return Object.fromEntries(pairs);
}

/**
 * Descriptions in place of ours, written in the configuration or in a file like the reference system's (AX-240).
 * @throws ConfigError when the file cannot be read
 */
export async function readErrorDescriptions(
  given: Config['errorDescriptions'],
  origin: string | null,
): Promise<Settings['errorDescriptions']> {
  const file: unknown = given?.file;
  // `file` is no error code: it can only be the path.
  if (typeof file !== 'string') return { ...given } as Settings['errorDescriptions'];
  try {
    return parseProperties(await readFile(file, 'utf8'));
  } catch {
    throw new ConfigError([
      {
        key: 'errorDescriptions',
        origin,
        problem: `names the file ${file}, which cannot be read`,
        fix: 'see that it is there and may be read',
      },
    ]);
  }
}
