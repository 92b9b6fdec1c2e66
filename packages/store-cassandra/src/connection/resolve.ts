import { isIP } from 'node:net';
import { isThisMachine, protectionOf, refuse } from '@gatehouse/connection';
import { levelNamed } from '../levels/levels.ts';
import { type ConsistencySettings, checkLevels } from '../levels/plan.ts';
import { PRODUCTS } from '../products.ts';
import { connectionFromUrl, mergeOptions } from './from-url.ts';
import {
  type Connection,
  type ConnectionOptions,
  type ConnectionSettings,
  DEFAULT_PAGE_SIZE,
  DEFAULT_PORT,
  DEFAULT_TIMEOUTS,
} from './settings.ts';

/** Cassandra's own limit; without quotes, so letters of either case are one. */
const KEYSPACE = /^[a-z][a-z0-9_]{0,47}$/;

const MEMBERS: Readonly<Record<keyof ConnectionOptions, true>> = {
  contactPoints: true,
  port: true,
  localDataCenter: true,
  keyspace: true,
  user: true,
  password: true,
  tls: true,
  dangerouslyInsecure: true,
  consistency: true,
  pageSize: true,
  timeouts: true,
  speculative: true,
  connectionsPerNode: true,
  product: true,
};

/**
 * Fills defaults in and refuses what cannot be meant.
 * @throws StoreError `config`, naming setting and fix
 */
export function resolveConnection(given: Connection): ConnectionSettings {
  const options = optionsOf(given);
  const { contactPoints = [], localDataCenter, keyspace, port = DEFAULT_PORT } = options;
  const consistency = spelled(options.consistency ?? {});
  if (contactPoints.length === 0 || contactPoints.some((host) => host.trim() === ''))
    refuse('The Cassandra store names at least one host: cassandra://host1,host2/keyspace.');
  if (!localDataCenter)
    refuse(
      'The Cassandra store names localDataCenter, the data centre whose nodes it asks: `nodetool status` says it.',
    );
  if (!keyspace || !KEYSPACE.test(keyspace))
    refuse('The keyspace of the store is 1 to 48 lower-case letters, digits and underscores, a letter first.');
  if (options.product !== undefined && !Object.hasOwn(PRODUCTS, options.product))
    refuse(`The product of the store is one of ${Object.keys(PRODUCTS).join(', ')}.`);
  for (const name of Object.keys(consistency))
    if (!['read', 'write', 'serial', 'operations'].includes(name))
      refuse(`consistency.${name} is no setting; there are read, write, serial and operations.`);
  checkLevels(consistency);
  const protection = protectionOf(options, !contactPoints.every((one) => isThisMachine(hostOf(one))));
  return {
    contactPoints,
    port: whole('port', port, 1, 65_535),
    localDataCenter,
    keyspace,
    user: options.user ?? null,
    password: options.password ?? null,
    protection,
    staysHere: protection === 'plaintext' && options.dangerouslyInsecure === undefined,
    tls: options.tls ?? {},
    consistency,
    pageSize: whole('pageSize', options.pageSize ?? DEFAULT_PAGE_SIZE, 1, 1_000_000),
    timeouts: { ...DEFAULT_TIMEOUTS, ...timeoutsOf(options) },
    speculative: options.speculative
      ? {
          delayMs: whole('speculative.delayMs', options.speculative.delayMs, 1, 60_000),
          more: whole('speculative.more', options.speculative.more, 1, 10),
        }
      : null,
    connectionsPerNode: whole('connectionsPerNode', options.connectionsPerNode ?? 1, 1, 100),
    product: options.product ?? null,
  };
}

/** Levels in Cassandra's own spelling; what is none stays as it is, for the sentence that refuses it. */
function spelled({ operations, ...levels }: ConsistencySettings): ConsistencySettings {
  const named = <T extends object>(all: T): T =>
    Object.fromEntries(Object.entries(all).map(([name, level]) => [name, levelNamed(String(level)) ?? level])) as T;
  return { ...named(levels), ...(operations === undefined ? {} : { operations: named(operations) }) };
}

function optionsOf(given: Connection): Partial<ConnectionOptions> {
  if (typeof given === 'string' || given instanceof URL) return connectionFromUrl(String(given));
  const { url, ...beside } = given as Partial<ConnectionOptions> & { readonly url?: string | URL };
  // A member that nobody reads is a setting that its owner believes in.
  for (const name of Object.keys(beside))
    if (!Object.hasOwn(MEMBERS, name))
      refuse(`The connection of the store has a member ${name}, which is none of ${Object.keys(MEMBERS).join(', ')}.`);
  return url === undefined ? beside : mergeOptions(connectionFromUrl(String(url)), beside);
}

/** `host`, `host:port`, or an IPv6 address by itself, or in brackets with a port. */
const hostOf = (contactPoint: string): string =>
  isIP(contactPoint) === 6 ? contactPoint : contactPoint.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');

function timeoutsOf({ timeouts = {} }: Partial<ConnectionOptions>): NonNullable<ConnectionOptions['timeouts']> {
  for (const [name, value] of Object.entries(timeouts)) {
    if (!Object.hasOwn(DEFAULT_TIMEOUTS, name))
      refuse(`timeouts.${name} is no setting; there are ${Object.keys(DEFAULT_TIMEOUTS).join(', ')}.`);
    whole(`timeouts.${name}`, value, 1, 3_600_000);
  }
  return timeouts;
}

function whole(what: string, value: unknown, least: number, most: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  return refuse(`${what} of the store is a whole number from ${least} to ${most}.`);
}
