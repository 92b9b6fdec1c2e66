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
import type { ConnectionOptions, PoolSettings, TimeoutSettings } from './settings.ts';
import { DEFAULT_POOL, DEFAULT_TIMEOUTS } from './settings.ts';

const SCHEMES: Readonly<Record<string, ConnectionOptions['dialect']>> = {
  postgresql: 'postgresql',
  postgres: 'postgresql',
  mysql: 'mysql',
  mariadb: 'mariadb',
  mssql: 'mssql',
  sqlserver: 'mssql',
  oracle: 'oracle',
  db2: 'db2',
  sqlite: 'sqlite',
};

const TLS_WITHOUT_IT =
  'TLS is verified without it; a certificate authority of your own is named by `ca`, and what is given up by `dangerouslyInsecure=plaintext` (no TLS) or `dangerouslyInsecure=unverified`';

/** What other programs' URLs say, and how it is said here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  sslmode: TLS_WITHOUT_IT,
  ssl: TLS_WITHOUT_IT,
  sslrootcert: 'write `ca`',
  sslcert: 'write `cert`',
  sslkey: 'write `key`',
  encrypt: TLS_WITHOUT_IT,
  trustServerCertificate: TLS_WITHOUT_IT,
  search_path: 'write `schema`',
  currentSchema: 'write `schema`',
  connection_limit: 'write `pool.max`',
  pgbouncer: 'write `pooler=transaction`',
};

type Options = Partial<ConnectionOptions>;

const pool =
  (member: keyof PoolSettings): Reader<Options> =>
  (value, name) => ({ pool: { [member]: wholeNumber(value, name) } });
const timeout =
  (member: keyof TimeoutSettings): Reader<Options> =>
  (value, name) => ({
    timeouts: { [member]: wholeNumber(value, name) },
  });

const OF_DRIVER = 'driver.';

/** The parameters of a URL, each for one member of {@link ConnectionOptions}. */
const PARAMETERS: Readers<Options> = {
  schema: (schema) => ({ schema }),
  ...COMMON_PARAMETERS,
  socket: (socket) => ({ socket }),
  pooler: (value, name) => ({ pooler: oneOf(value, name, ['transaction']) }),
  pipelining: (value, name) => ({ pipelining: oneOf(value, name, ['true', 'false']) === 'true' }),
  ...Object.fromEntries(
    (Object.keys(DEFAULT_POOL) as (keyof PoolSettings)[]).map((name) => [`pool.${name}`, pool(name)]),
  ),
  ...Object.fromEntries(
    (Object.keys(DEFAULT_TIMEOUTS) as (keyof TimeoutSettings)[]).map((name) => [`timeouts.${name}`, timeout(name)]),
  ),
  // `driver.Authentication=SERVER`: what only the driver understands.
  [OF_DRIVER]: (value, name) => ({ driverOptions: { [name.slice(OF_DRIVER.length)]: value } }),
};

/**
 * `postgresql://user:password@host:5432/database?schema=oauth`, `sqlite:/path/of/file`. No driver's own reading of a
 * URL takes part: they differ, from version to version too.
 * @throws StoreError `config`, without the password
 */
export function connectionFromUrl(text: string): ConnectionOptions {
  const whole = withHost(text);
  const url = URL.canParse(whole) ? new URL(whole) : refuse(`The URL of the store cannot be read as a URL. ${ESCAPES}`);
  const scheme = url.protocol.slice(0, -1);
  const dialect =
    SCHEMES[scheme] ?? refuse(`No relational store speaks ${scheme}: ${Object.keys(SCHEMES).join(', ')}.`);
  if (url.hash !== '') refuse(`The URL of the store has a "#". ${ESCAPES}`);
  // The host was looked for at the first "/" or "?", and those were the password's.
  if (`${url.pathname}${url.search}`.includes('@'))
    refuse(`The URL of the store has an "@" behind its host. ${ESCAPES}`);

  const beginning: ConnectionOptions = { dialect, ...(dialect === 'sqlite' ? fileOf(url) : serverOf(url)) };
  return readParameters(url.search, PARAMETERS, ELSEWHERE).reduce(mergeOptions, beginning);
}

/** Stands where a URL has none: one with a user and without a host is no URL, and sockets need no host. */
const NO_HOST = 'no-host.invalid';

const withHost = (text: string): string => text.replace(/^([^:/?#]+:\/\/[^/?#]*@)(?=\/)/, `$1${NO_HOST}`);

function serverOf(url: URL): Partial<ConnectionOptions> {
  const [database, ...more] = url.pathname.replace(/\/$/, '').split('/').slice(1).map(decoded);
  if (more.length > 0) refuse('The URL of the store names the database by one word: scheme://user@host/database.');
  return {
    // The brackets of an IPv6 address belong to the URL.
    ...(url.hostname === '' || url.hostname === NO_HOST
      ? {}
      : { host: decoded(url.hostname).replace(/^\[(.*)\]$/, '$1') }),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(url.username === '' ? {} : { user: decoded(url.username) }),
    ...(url.password === '' ? {} : { password: decoded(url.password) }),
    ...(database ? { database } : {}),
  };
}

/** `sqlite:gatehouse.db` is relative, `sqlite:/var/lib/gatehouse.db` and `sqlite:///var/lib/gatehouse.db` are not. */
function fileOf(url: URL): Partial<ConnectionOptions> {
  if (url.host !== '') refuse('A SQLite file is on this machine: sqlite:/path/of/the/file.');
  const file = decoded(url.pathname);
  if (file === '') refuse('The URL of the store names no file: sqlite:/path/of/the/file.');
  return { file };
}

/** Later members win; those that are objects are filled from both: `pool.max` and `pool.min`. */
export function mergeOptions(options: ConnectionOptions, more: Partial<ConnectionOptions>): ConnectionOptions {
  const groups = ['tls', 'pool', 'timeouts', 'driverOptions'] as const;
  const merged = groups
    .filter((group) => more[group] !== undefined)
    .map((group) => [group, { ...options[group], ...more[group] }] as const);
  return { ...options, ...more, ...Object.fromEntries(merged) };
}
