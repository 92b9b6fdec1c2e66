import {
  COMMON_PARAMETERS,
  decoded,
  ESCAPES,
  oneOf,
  type Reader,
  type Readers,
  readParameters,
  refuse,
  wholeNumber,
} from '@gatehouse/connection';
import { type Level, levelNamed, type SerialLevel } from '../levels/levels.ts';
import type { Operation } from '../levels/plan.ts';
import type { ProductName } from '../products.ts';
import { type ConnectionOptions, DEFAULT_TIMEOUTS, type TimeoutSettings } from './settings.ts';

type Options = Partial<ConnectionOptions>;

const OPERATIONS: readonly Operation[] = ['issue', 'find', 'confirm', 'register', 'commit'];

const timeout =
  (member: keyof TimeoutSettings): Reader<Options> =>
  (value, name) => ({ timeouts: { [member]: wholeNumber(value, name) } });

/** The parameters of a URL, each for one member of {@link ConnectionOptions}. */
const PARAMETERS: Readers<Options> = {
  localDataCenter: (localDataCenter) => ({ localDataCenter }),
  ...COMMON_PARAMETERS,
  'consistency.read': (value) => ({ consistency: { read: level(value) } }),
  'consistency.write': (value) => ({ consistency: { write: level(value) } }),
  'consistency.serial': (value) => ({ consistency: { serial: level(value) as SerialLevel } }),
  ...Object.fromEntries(
    OPERATIONS.map((name): [string, Reader<Options>] => [
      `consistency.operations.${name}`,
      (value) => ({ consistency: { operations: { [name]: level(value) } } }),
    ]),
  ),
  pageSize: (value, name) => ({ pageSize: wholeNumber(value, name) }),
  connectionsPerNode: (value, name) => ({ connectionsPerNode: wholeNumber(value, name) }),
  product: (value, name) => ({
    product: oneOf<ProductName>(value, name, ['cassandra', 'scylladb', 'keyspaces', 'astra']),
  }),
  'speculative.delayMs': (value, name) => ({ speculative: { delayMs: wholeNumber(value, name), more: 1 } }),
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
      `The URL of the store is cassandra://user:password@host1,host2:9042/keyspace?localDataCenter=name. ${ESCAPES}`,
    );
  const [user, ...password] = who.split(':');
  const [, names = hosts, port] = /^(.*):(\d{1,5})$/.exec(hosts) ?? [];
  const beginning: Options = {
    contactPoints: names.split(',').map(decoded),
    keyspace: decoded(keyspace),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(user ? { user: decoded(user) } : {}),
    ...(password.length > 0 ? { password: decoded(password.join(':')) } : {}),
  };
  return readParameters(query, PARAMETERS).reduce(mergeOptions, beginning);
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

/** What is no level stays as it is, for the sentence that refuses it by its setting. */
function level(value: string): Level {
  return levelNamed(value) ?? (value as Level);
}
