import { readFile } from 'node:fs/promises';
import { refuse } from './refuse.ts';

/**
 * A text that is not written into the configuration, or not for ever: itself, the name of an environment variable, a
 * file, or a function. Files and functions are asked again for every new connection, so a password may change.
 */
export type Secret = string | { readonly env: string } | { readonly file: string } | (() => string | Promise<string>);

/** @throws StoreError `config`, which names the source and never the secret */
export async function readSecret(what: string, secret: Secret): Promise<string> {
  const text = await read(what, secret);
  if (typeof text !== 'string' || text === '') refuse(`The ${what} is empty: ${sourceOf(secret)} gave no text.`);
  return text;
}

async function read(what: string, secret: Secret): Promise<unknown> {
  if (typeof secret === 'string') return secret;
  if ('env' in secret) return process.env[secret.env];
  try {
    if (typeof secret === 'function') return await secret();
    // The line end that editors and `echo` leave behind is no part of it.
    return (await readFile(secret.file, 'utf8')).replace(/\r?\n$/, '');
  } catch (cause) {
    return refuse(`The ${what} cannot be had: ${sourceOf(secret)} failed${codeOf(cause)}.`, { cause });
  }
}

/** Of what the system said of a file: missing and not to be read are mended differently. No message, which may tell. */
function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? ` (${code})` : '';
}

function sourceOf(secret: Secret): string {
  if (typeof secret === 'string') return 'the setting';
  if (typeof secret === 'function') return 'the function';
  return 'env' in secret ? `the environment variable ${secret.env}` : `the file ${secret.file}`;
}
