import { isThisMachine, protectionOf, refuse } from '@gatehouse/connection';
import { dialectNamed } from '../dialects/index.ts';
import type { DialectName } from '../dialects/names.ts';
import { connectionFromUrl, mergeOptions } from './from-url.ts';
import {
  type Connection,
  type ConnectionOptions,
  type ConnectionSettings,
  DEFAULT_POOL,
  DEFAULT_TIMEOUTS,
  type PoolSettings,
  type TimeoutSettings,
} from './settings.ts';

/** Letters of a name that needs no quotes on any database, whatever its case rules. */
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/**
 * Fills defaults in and refuses what cannot be meant.
 * @throws StoreError `config`, naming setting and fix
 */
export function resolveConnection(given: Connection): ConnectionSettings {
  const options = optionsOf(given);
  const dialect = dialectNamed(options.dialect);
  const { host = null, port = null, socket = null, file = null, schema, tls = {} } = options;
  if (dialect.local) {
    if (file === null || file === '') refuse('The SQLite store names a file: sqlite:/path/of/the/file.');
  } else if (host === null && socket === null) refuse(`The ${dialect.title} store names a host.`);
  else if (!options.database)
    refuse(
      dialect.name === 'oracle'
        ? 'The Oracle store names no database, by its service: oracle://user@host/service.'
        : `The ${dialect.title} store names no database: ${options.dialect}://user@host/database.`,
    );
  // Its driver would take the name from the environment: PGUSER, or whoever started the process.
  else if (dialect.name === 'postgresql' && !options.user)
    refuse('The PostgreSQL store names no user: postgresql://user@host/database.');
  if (schema !== undefined && !PLAIN_NAME.test(schema))
    refuse('The schema of the store is a plain name: letters, digits and underscores.');
  if (schema !== undefined && !dialect.qualify)
    refuse(`${dialect.title} has no schemas within a database: leave schema out, and name the database.`);
  if (options.pooler !== undefined && dialect.name !== 'postgresql')
    refuse('The setting pooler is for PostgreSQL: the drivers of other databases need their sessions.');

  const settings: ConnectionSettings = {
    dialect: dialect.name,
    title: options.dialect === 'mariadb' ? 'MariaDB' : dialect.title,
    host,
    port: port ?? dialect.defaultPort,
    socket,
    user: options.user ?? null,
    password: options.password ?? null,
    database: options.database ?? null,
    file,
    schema,
    protection: protectionOf(options, !dialect.local && socket === null && !isThisMachine(host ?? '')),
    tls,
    pooler: options.pooler ?? null,
    pipelining: options.pipelining ?? true,
    pool: { ...DEFAULT_POOL, ...checked<PoolSettings>('pool', options.pool, DEFAULT_POOL) },
    timeouts: { ...DEFAULT_TIMEOUTS, ...checked<TimeoutSettings>('timeouts', options.timeouts, DEFAULT_TIMEOUTS) },
    driverOptions: options.driverOptions ?? {},
  };
  for (const name of ['callMs', 'connectMs', 'acquireMs'] as const)
    if (settings.timeouts[name] < 1) refuse(`timeouts.${name} is at least 1: with 0 every call would fail.`);
  const said = OURS[dialect.name]?.find((name) => Object.hasOwn(settings.driverOptions, name));
  if (said !== undefined)
    refuse(`driverOptions.${said} would replace what the connection of the store says by its other members.`);
  if (settings.pool.max < 1) refuse('pool.max is at least 1.');
  if (settings.pool.min > settings.pool.max) refuse('pool.min is at most pool.max.');
  return settings;
}

/** Options of a driver that win over those we give it, or have it answer in another form. */
const OURS: Readonly<Partial<Record<DialectName, readonly string[]>>> = {
  postgresql: ['connectionString'],
  mysql: ['uri', 'flags', 'socketPath', 'stream', 'rowsAsArray', 'nestTables', 'typeCast', 'bigNumberStrings'],
  oracle: ['connectionString', 'username'],
};

function optionsOf(given: Connection): ConnectionOptions {
  if (typeof given === 'string' || given instanceof URL) return connectionFromUrl(String(given));
  if (!('url' in given)) return known(given);
  const { url, ...beside } = given;
  return mergeOptions(connectionFromUrl(String(url)), known(beside));
}

/** A member that nobody reads is a setting that its owner believes in. */
function known<T extends object>(options: T): T {
  for (const name of Object.keys(options))
    if (!Object.hasOwn(MEMBERS, name))
      refuse(`The connection of the store has a member ${name}, which is none of ${Object.keys(MEMBERS).join(', ')}.`);
  return options;
}

const MEMBERS: Readonly<Record<keyof ConnectionOptions, true>> = {
  dialect: true,
  host: true,
  port: true,
  socket: true,
  user: true,
  password: true,
  database: true,
  file: true,
  schema: true,
  tls: true,
  dangerouslyInsecure: true,
  pooler: true,
  pipelining: true,
  pool: true,
  timeouts: true,
  driverOptions: true,
};

function checked<T extends object>(what: string, given: T | undefined, known: Required<T>): Partial<T> {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(known, name))
      refuse(`${what}.${name} is no setting; there are ${Object.keys(known).join(', ')}.`);
    if (!Number.isSafeInteger(value) || (value as number) < 0) refuse(`${what}.${name} is a whole number.`);
  }
  return given ?? {};
}
