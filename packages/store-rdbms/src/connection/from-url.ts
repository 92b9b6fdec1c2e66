import { StoreError } from '@gatehouse/core';
import type { ConnectionOptions, PoolSettings, TimeoutSettings, TlsSettings } from './settings.ts';
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

type Reader = (value: string, name: string) => Partial<ConnectionOptions>;

const tls =
  (member: keyof TlsSettings): Reader =>
  (value) => ({ tls: { [member]: value } });
const pool =
  (member: keyof PoolSettings): Reader =>
  (value, name) => ({ pool: { [member]: whole(value, name) } });
const timeout =
  (member: keyof TimeoutSettings): Reader =>
  (value, name) => ({
    timeouts: { [member]: whole(value, name) },
  });

/** The parameters of a URL, each for one member of {@link ConnectionOptions}. */
const PARAMETERS: Readonly<Record<string, Reader>> = {
  schema: (schema) => ({ schema }),
  socket: (socket) => ({ socket }),
  passwordEnv: (env) => ({ password: { env } }),
  passwordFile: (file) => ({ password: { file } }),
  ca: tls('ca'),
  cert: tls('cert'),
  key: (file) => ({ tls: { key: { file } } }),
  serverName: tls('serverName'),
  pooler: (value, name) => ({ pooler: oneOf(value, name, ['transaction']) }),
  pipelining: (value, name) => ({ pipelining: oneOf(value, name, ['true', 'false']) === 'true' }),
  dangerouslyInsecure: (value, name) => ({ dangerouslyInsecure: oneOf(value, name, ['plaintext', 'unverified']) }),
  ...Object.fromEntries(
    (Object.keys(DEFAULT_POOL) as (keyof PoolSettings)[]).map((name) => [`pool.${name}`, pool(name)]),
  ),
  ...Object.fromEntries(
    (Object.keys(DEFAULT_TIMEOUTS) as (keyof TimeoutSettings)[]).map((name) => [`timeouts.${name}`, timeout(name)]),
  ),
};

/** `driver.Authentication=SERVER`: what only the driver understands. */
const OF_DRIVER = 'driver.';
const ofDriver: Reader = (value, name) => ({ driverOptions: { [name.slice(OF_DRIVER.length)]: value } });

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

  let options: ConnectionOptions = { dialect, ...(dialect === 'sqlite' ? fileOf(url) : serverOf(url)) };
  for (const [name, value] of url.searchParams) {
    const reader = Object.hasOwn(PARAMETERS, name)
      ? PARAMETERS[name]
      : name.startsWith(OF_DRIVER)
        ? ofDriver
        : undefined;
    if (!reader) refuse(unknownParameter(name, url.search));
    if (url.searchParams.getAll(name).length > 1) refuse(`The URL of the store has ${name} twice.`);
    options = mergeOptions(options, (reader as Reader)(value, name));
  }
  return options;
}

const ESCAPES =
  'In a password write "#" as %23, "?" as %3F, "@" as %40, "/" as %2F and "%" as %25, or name a file that holds it by `passwordFile`.';

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

/** A name is shown where it looks like one of ours: what stands there may be the rest of a password. */
function unknownParameter(name: string, query: string): string {
  const instead = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
  if (instead !== undefined) return `The URL of the store has ${name}: ${instead}.`;
  const shown = /^[A-Za-z.]+$/.test(name) && query.includes(`${name}=`) ? `a parameter ${name}` : 'a parameter';
  return `The URL of the store has ${shown}, which is none of ${Object.keys(PARAMETERS).join(', ')}. ${ESCAPES}`;
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
    return refuse(`The URL of the store has a "%" that begins no escape. ${ESCAPES}`);
  }
}

function refuse(message: string): never {
  throw new StoreError('config', message);
}
