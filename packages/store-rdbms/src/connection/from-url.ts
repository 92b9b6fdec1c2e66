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

/** What other programs' URLs say, and how it is said here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  sslmode: 'TLS is verified without it; a certificate authority of your own is named by `ca`',
  ssl: 'TLS is verified without it; a certificate authority of your own is named by `ca`',
  sslrootcert: 'write `ca`',
  sslcert: 'write `cert`',
  sslkey: 'write `key`',
  encrypt: 'TLS is verified without it',
  trustServerCertificate: 'name the certificate authority by `ca`',
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
  const url = URL.canParse(text) ? new URL(text) : refuse('The URL of the store cannot be read as a URL.');
  const scheme = url.protocol.slice(0, -1);
  const dialect =
    SCHEMES[scheme] ?? refuse(`No relational store speaks ${scheme}: ${Object.keys(SCHEMES).join(', ')}.`);
  if (url.hash !== '') refuse('The URL of the store has a "#": write it as %23 where it is part of a password.');

  let options: ConnectionOptions = { dialect, ...(dialect === 'sqlite' ? fileOf(url) : serverOf(url)) };
  for (const [name, value] of url.searchParams) {
    const reader = Object.hasOwn(PARAMETERS, name)
      ? PARAMETERS[name]
      : name.startsWith(OF_DRIVER)
        ? ofDriver
        : undefined;
    if (!reader) refuse(unknownParameter(name));
    if (url.searchParams.getAll(name).length > 1) refuse(`The URL of the store has ${name} twice.`);
    options = mergeOptions(options, (reader as Reader)(value, name));
  }
  return options;
}

function serverOf(url: URL): Partial<ConnectionOptions> {
  const [database, ...more] = url.pathname.split('/').slice(1).map(decoded);
  if (more.length > 0) refuse('The URL of the store names the database by one word: scheme://user@host/database.');
  return {
    // The brackets of an IPv6 address belong to the URL.
    ...(url.hostname === '' ? {} : { host: decoded(url.hostname).replace(/^\[(.*)\]$/, '$1') }),
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

/** Several readers may fill members of one object: `pool.max` and `pool.min`. */
/** Later members win; those that are objects are filled from both: `pool.max` and `pool.min`. */
export function mergeOptions(options: ConnectionOptions, more: Partial<ConnectionOptions>): ConnectionOptions {
  const groups = ['tls', 'pool', 'timeouts', 'driverOptions'] as const;
  const merged = groups
    .filter((group) => more[group] !== undefined)
    .map((group) => [group, { ...options[group], ...more[group] }] as const);
  return { ...options, ...more, ...Object.fromEntries(merged) };
}

function unknownParameter(name: string): string {
  const instead = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
  return instead === undefined
    ? `The URL of the store has a parameter ${name}, which is none of ${Object.keys(PARAMETERS).join(', ')}.`
    : `The URL of the store has ${name}: ${instead}.`;
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
