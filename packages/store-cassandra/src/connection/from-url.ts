import { StoreError } from '@gatehouse/core';
import { type Level, levelNamed, type SerialLevel } from '../levels/levels.ts';
import type { Operation } from '../levels/plan.ts';
import type { ProductName } from '../products.ts';
import { type ConnectionOptions, DEFAULT_TIMEOUTS, type TimeoutSettings, type TlsSettings } from './settings.ts';

type Options = Partial<ConnectionOptions>;
type Reader = (value: string, name: string) => Options;

const OPERATIONS: readonly Operation[] = ['issue', 'find', 'confirm', 'register', 'commit'];

const tls =
  (member: keyof TlsSettings): Reader =>
  (value) => ({ tls: { [member]: value } });
const timeout =
  (member: keyof TimeoutSettings): Reader =>
  (value, name) => ({ timeouts: { [member]: whole(value, name) } });

/** The parameters of a URL, each for one member of {@link ConnectionOptions}. */
const PARAMETERS: Readonly<Record<string, Reader>> = {
  localDataCenter: (localDataCenter) => ({ localDataCenter }),
  passwordEnv: (env) => ({ password: { env } }),
  passwordFile: (file) => ({ password: { file } }),
  ca: tls('ca'),
  cert: tls('cert'),
  key: (file) => ({ tls: { key: { file } } }),
  serverName: tls('serverName'),
  dangerouslyInsecure: (value, name) => ({ dangerouslyInsecure: oneOf(value, name, ['plaintext', 'unverified']) }),
  'consistency.read': (value) => ({ consistency: { read: level(value) } }),
  'consistency.write': (value) => ({ consistency: { write: level(value) } }),
  'consistency.serial': (value) => ({ consistency: { serial: level(value) as SerialLevel } }),
  ...Object.fromEntries(
    OPERATIONS.map((name): [string, Reader] => [
      `consistency.operations.${name}`,
      (value) => ({ consistency: { operations: { [name]: level(value) } } }),
    ]),
  ),
  pageSize: (value, name) => ({ pageSize: whole(value, name) }),
  connectionsPerNode: (value, name) => ({ connectionsPerNode: whole(value, name) }),
  product: (value, name) => ({
    product: oneOf<ProductName>(value, name, ['cassandra', 'scylladb', 'keyspaces', 'astra']),
  }),
  'speculative.delayMs': (value, name) => ({ speculative: { delayMs: whole(value, name), more: 1 } }),
  ...Object.fromEntries(
    (Object.keys(DEFAULT_TIMEOUTS) as (keyof TimeoutSettings)[]).map((name) => [`timeouts.${name}`, timeout(name)]),
  ),
};

/** `cassandra://user:password@host1,host2:9042/keyspace?…`: one port for all hosts, which a URL of one host has too. */
const SHAPE = /^cassandra:\/\/(?:([^/?#@]*)@)?([^/?#@]+)\/([^/?#]+)(?:\?([^#@]*))?$/i;

/**
 * What a URL says.
 * @throws StoreError `config`, without the password
 */
export function connectionFromUrl(text: string): Options {
  const [, who = '', hosts = '', keyspace = '', query = ''] =
    SHAPE.exec(text) ??
    refuse(
      'The URL of the store is cassandra://user:password@host1,host2:9042/keyspace?localDataCenter=name; "@", "/", "?" and "#" in a password are written as %40, %2F, %3F and %23.',
    );
  const [user, ...password] = who.split(':');
  const [, names = hosts, port] = /^(.*):(\d{1,5})$/.exec(hosts) ?? [];
  let options: Options = {
    contactPoints: names.split(',').map(decoded),
    keyspace: decoded(keyspace),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(user ? { user: decoded(user) } : {}),
    ...(password.length > 0 ? { password: decoded(password.join(':')) } : {}),
  };
  const parameters = new URLSearchParams(query);
  for (const [name, value] of parameters) {
    const reader = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
    if (!reader) refuse(unknownParameter(name, query));
    if (parameters.getAll(name).length > 1) refuse(`The URL of the store has ${name} twice.`);
    options = mergeOptions(options, (reader as Reader)(value, name));
  }
  return options;
}

/** Later members win; those that are objects are filled from both: `consistency.read` and `consistency.write`. */
export function mergeOptions(options: Options, more: Options): Options {
  const { tls, timeouts, consistency } = more;
  const operations = { ...options.consistency?.operations, ...consistency?.operations };
  return {
    ...options,
    ...more,
    ...(tls === undefined ? {} : { tls: { ...options.tls, ...tls } }),
    ...(timeouts === undefined ? {} : { timeouts: { ...options.timeouts, ...timeouts } }),
    ...(consistency === undefined
      ? {}
      : {
          consistency: {
            ...options.consistency,
            ...consistency,
            ...(Object.keys(operations).length > 0 ? { operations } : {}),
          },
        }),
  };
}

/** A name is shown where it looks like one of ours: what stands there may be the rest of a password. */
function unknownParameter(name: string, query: string): string {
  const shown = /^[A-Za-z.]+$/.test(name) && query.includes(`${name}=`) ? `a parameter ${name}` : 'a parameter';
  return `The URL of the store has ${shown}, which is none of ${Object.keys(PARAMETERS).join(', ')}.`;
}

/** What is no level stays as it is, for the sentence that refuses it by its setting. */
function level(value: string): Level {
  return levelNamed(value) ?? (value as Level);
}

function whole(value: string, name: string): number {
  return /^\d{1,9}$/.test(value) ? Number(value) : refuse(`${name} in the URL of the store is a whole number.`);
}

function oneOf<const T extends string>(value: string, name: string, values: readonly T[]): T {
  return values.find((one) => one === value) ?? refuse(`${name} in the URL of the store is ${values.join(' or ')}.`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('The URL of the store has a "%" that begins no escape: write it as %25.');
  }
}

function refuse(message: string): never {
  throw new StoreError('config', message);
}
