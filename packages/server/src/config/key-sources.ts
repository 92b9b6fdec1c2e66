import { readFile } from 'node:fs/promises';
import { parseStrictObject } from '@gatehouse/core';
import { ConfigError } from './config-error.ts';

/** A public key set as a configuration gives it. */
export type JwkSetSource = { readonly keys: readonly Readonly<Record<string, unknown>>[] } | { readonly file: string };
/** A certificate as a configuration gives it. */
export type CertificateSource = string | { readonly file: string };

/** The part of a client or a trusted issuer that may lie in files. */
export interface KeySourceConfig {
  readonly jwks?: JwkSetSource;
  readonly jwksUri?: string;
  readonly certificates?: CertificateSource | readonly CertificateSource[];
  readonly assertionAlgorithms?: readonly string[];
  readonly assertionMaxSeconds?: number;
}

const LARGEST = 262_144;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The keys with every file read.
 * @throws ConfigError naming the file
 */
export async function readKeySources(
  key: string,
  origin: string | null,
  { certificates, jwks }: KeySourceConfig,
): Promise<{ readonly jwks?: unknown; readonly certificates?: readonly string[] }> {
  const given: readonly CertificateSource[] =
    certificates === undefined
      ? []
      : Array.isArray(certificates)
        ? (certificates as readonly CertificateSource[])
        : [certificates as CertificateSource];
  const texts = await Promise.all(given.map((source) => certificateTexts(`${key}.certificates`, origin, source)));
  const file = jwks !== undefined && 'file' in jwks ? jwks.file : undefined;
  return {
    ...(jwks === undefined
      ? {}
      : { jwks: typeof file === 'string' ? await keySetOf(`${key}.jwks`, origin, file) : jwks }),
    ...(texts.length === 0 ? {} : { certificates: texts.flat() }),
  };
}

/** A file may hold a chain: each certificate in it counts. */
async function certificateTexts(
  key: string,
  origin: string | null,
  source: CertificateSource,
): Promise<readonly string[]> {
  if (typeof source === 'string') return [source];
  const text = await textOf(key, origin, source.file);
  return text.match(CERTIFICATE) ?? [text];
}

async function keySetOf(key: string, origin: string | null, file: string): Promise<unknown> {
  const text = await textOf(key, origin, file);
  try {
    return parseStrictObject(text);
  } catch {
    throw refuse(key, origin, `names the file ${file}, which is no JSON object`, 'write { "keys": […] } into it');
  }
}

async function textOf(key: string, origin: string | null, file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw refuse(key, origin, `names the file ${file}, which cannot be read`, 'see that it is there and may be read');
  }
  if (text.length > LARGEST)
    throw refuse(key, origin, `names the file ${file}, which is too large`, `it has at most ${LARGEST} bytes`);
  return text;
}

function refuse(key: string, origin: string | null, problem: string, fix: string): ConfigError {
  return new ConfigError([{ key, origin, problem, fix }]);
}
