import { refuse } from './refuse.ts';
import type { Secret } from './secret.ts';
import type { Insecurity, TlsSettings } from './settings.ts';

/** What a parameter of a URL says, as members of the object form. */
export type Reader<T> = (value: string, name: string) => T;

/** By name; one that ends in a full stop is the beginning of names. */
export type Readers<T> = Readonly<Record<string, Reader<T>>>;

export const ESCAPES =
  'In a password write "#" as %23, "?" as %3F, "@" as %40, "/" as %2F and "%" as %25, or name a file that holds it by `passwordFile`.';

interface Protected {
  readonly password?: Secret;
  readonly tls?: TlsSettings;
  readonly dangerouslyInsecure?: Insecurity;
}

const tls =
  (member: keyof TlsSettings): Reader<Protected> =>
  (value) => ({ tls: { [member]: value } });

/** What every store's URL may say. */
export const COMMON_PARAMETERS: Readers<Protected> = {
  passwordEnv: (env) => ({ password: { env } }),
  passwordFile: (file) => ({ password: { file } }),
  ca: tls('ca'),
  cert: tls('cert'),
  key: (file) => ({ tls: { key: { file } } }),
  serverName: tls('serverName'),
  dangerouslyInsecure: (value, name) => ({ dangerouslyInsecure: oneOf(value, name, ['plaintext', 'unverified']) }),
};

/**
 * What the parameters of a URL say, in their order.
 * @param instead what other programs' URLs say, and how it is said here
 * @throws StoreError `config`, without anything that may belong to a password
 */
export function readParameters<T>(
  query: string,
  readers: Readers<T>,
  instead: Readonly<Record<string, string>> = {},
): readonly T[] {
  const parameters = new URLSearchParams(query);
  return [...parameters].map(([name, value]) => {
    const reader = readerOf(name, readers);
    if (!reader) return refuse(refusalOf(name, query, readers, instead));
    if (parameters.getAll(name).length > 1) refuse(`The URL of the store has ${name} twice.`);
    return reader(value, name);
  });
}

function readerOf<T>(name: string, readers: Readers<T>): Reader<T> | undefined {
  const beginning = name.slice(0, name.indexOf('.') + 1);
  const known = [name, beginning].find((one) => Object.hasOwn(readers, one));
  return known === undefined || name.endsWith('.') ? undefined : readers[known];
}

/** A name is shown where it looks like one of ours: what stands there may be the rest of a password. */
function refusalOf(name: string, query: string, readers: object, instead: Readonly<Record<string, string>>): string {
  if (Object.hasOwn(instead, name)) return `The URL of the store has ${name}: ${instead[name]}.`;
  const shown = /^[A-Za-z.]+$/.test(name) && query.includes(`${name}=`) ? `a parameter ${name}` : 'a parameter';
  const names = Object.keys(readers).map((one) => (one.endsWith('.') ? `${one}…` : one));
  return `The URL of the store has ${shown}, which is none of ${names.join(', ')}. ${ESCAPES}`;
}

export function wholeNumber(value: string, name: string): number {
  return /^\d{1,9}$/.test(value) ? Number(value) : refuse(`${name} in the URL of the store is a whole number.`);
}

export function oneOf<const T extends string>(value: string, name: string, values: readonly T[]): T {
  return values.find((one) => one === value) ?? refuse(`${name} in the URL of the store is ${values.join(' or ')}.`);
}

/** A part of a URL without its escapes. @throws StoreError `config` */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse(`The URL of the store has a "%" that begins no escape. ${ESCAPES}`);
  }
}
