import { readFile } from 'node:fs/promises';
import type { SecretSource } from './config.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';

/** One source, several or none, as a list. */
export function sourcesOf<T extends object | string>(given: T | readonly T[] | undefined): readonly T[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? (given as readonly T[]) : [given as T];
}

/** One line end, which editors and `echo` leave behind, is not part of a secret (SEC-87). */
const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '');

/**
 * The text a secret's source leads to.
 * @throws ConfigError naming key, source and fix, never the secret
 */
export async function readSecret(key: string, origin: string | null, source: SecretSource): Promise<string> {
  const refuse = (problem: string, fix: string): ConfigError =>
    new ConfigError([{ key, origin, problem, fix } satisfies ConfigProblem]);
  if (typeof source === 'string') return source;
  if (typeof source === 'function') {
    const text: unknown = await source();
    if (typeof text !== 'string' || text === '')
      throw refuse('is a function that gave no text', 'let it return a text');
    return text;
  }
  if ('env' in source) {
    const text = process.env[source.env];
    if (text === undefined || text === '')
      throw refuse(`names the environment variable ${source.env}, which is not set`, 'set it');
    return text;
  }
  let text: string;
  try {
    text = withoutLineEnd(await readFile(source.file, 'utf8'));
  } catch {
    throw refuse(`names the file ${source.file}, which cannot be read`, 'see that it is there and may be read');
  }
  if (text === '') throw refuse(`names the file ${source.file}, which is empty`, 'write the secret into it');
  return text;
}
