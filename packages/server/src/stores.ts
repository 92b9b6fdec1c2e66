import { type Log, type Store, StoreError } from '@gatehouse/core';
import type { Connection as CassandraConnection } from '@gatehouse/store-cassandra';
import type { Connection } from '@gatehouse/store-rdbms';
import type { CassandraStoreObject, CompleteConfig, RelationalStoreObject } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { schemeOf } from './config/store-scheme.ts';

export interface StoreContext {
  readonly config: CompleteConfig;
  readonly log: Log;
  readonly origin: string | null;
  /** The server's, for what a store keeps sealed. */
  readonly secrets: readonly string[];
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without what was left out: an option that is undefined is not one that is absent. */
function defined<T extends object>(options: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Defined<T>>;
}

/** The schemes of relational databases; `@gatehouse/store-rdbms` knows which dialect each of them means. */
export const RELATIONAL: ReadonlySet<string> = new Set([
  'postgresql',
  'postgres',
  'mysql',
  'mariadb',
  'mssql',
  'sqlserver',
  'oracle',
  'db2',
  'sqlite',
]);

/** What belongs to no issuer in particular, as long as nobody said whose it is. */
const NO_ISSUER = 'http://localhost';

/** Where the configuration's relational store is, and how to get there. Null: it has another one. */
export function relationalConnection(given: CompleteConfig['store']): Connection | null {
  if (typeof given === 'function') return null;
  if (typeof given === 'string') return RELATIONAL.has(schemeOf(given)) ? given : null;
  const { clockToleranceMs: _, ...connection } = given as RelationalStoreObject;
  const scheme = connection.url === undefined ? connection.dialect : schemeOf(connection.url);
  return RELATIONAL.has(scheme ?? '') ? (connection as Connection) : null;
}

/** The scheme of Cassandra, and of what speaks its language. */
export const CASSANDRA = 'cassandra';

/** Where the configuration's cluster is, and how to get there. Null: it has another store. */
export function cassandraConnection(given: CompleteConfig['store']): CassandraConnection | null {
  if (typeof given === 'function') return null;
  if (typeof given === 'string') return schemeOf(given) === CASSANDRA ? given : null;
  const { clockToleranceMs: _, ...connection } = given as CassandraStoreObject;
  const isCassandra =
    connection.url === undefined ? connection.contactPoints !== undefined : schemeOf(connection.url) === CASSANDRA;
  return isCassandra ? (connection as CassandraConnection) : null;
}

async function createRelationalStore(connection: Connection, context: StoreContext): Promise<Store> {
  const { RdbmsStore } = await import('@gatehouse/store-rdbms');
  return orRefused(context, () => new RdbmsStore({ connection, ...optionsOf(context) }));
}

async function createCassandraStore(connection: CassandraConnection, context: StoreContext): Promise<Store> {
  const { CassandraStore } = await import('@gatehouse/store-cassandra');
  return orRefused(context, () => new CassandraStore({ connection, ...optionsOf(context) }));
}

function optionsOf({ config, log }: StoreContext) {
  const clockToleranceMs = typeof config.store === 'object' ? config.store.clockToleranceMs : undefined;
  return { namespace: config.issuer ?? NO_ISSUER, log, ...defined({ clockToleranceMs }) };
}

function orRefused({ origin }: StoreContext, create: () => Store): Store {
  try {
    return create();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new ConfigError([{ key: 'store', origin, problem: 'cannot be used', fix: withoutStop(error.message) }]);
  }
}

/** A sentence that goes on behind a colon, and gets its full stop there. */
const withoutStop = (sentence: string): string => sentence.replace(/\.$/, '');

type Opener = (url: string, context: StoreContext) => Promise<Store>;

const OPENERS: ReadonlyMap<string, Opener> = new Map([
  [
    'cache',
    async (url, { config, log, secrets }) => {
      const { createCacheStore } = await import('@gatehouse/store-cache');
      const { maxElementsInMemory, maxRegisters, maxNonces, maxNoncesPerSpace, maxCounters, snapshot } =
        config.cache ?? {};
      const namespace = url.slice('cache:'.length);
      return createCacheStore({
        log,
        ...defined({ maxElements: maxElementsInMemory, maxRegisters, maxNonces, maxNoncesPerSpace, maxCounters }),
        ...(namespace === '' ? {} : { namespace }),
        ...(snapshot?.file === undefined
          ? {}
          : {
              snapshot: {
                file: snapshot.file,
                secret: secrets,
                ...defined({ intervalSeconds: snapshot.intervalSeconds }),
              },
            }),
      });
    },
  ],
]);

function refuse(scheme: string, origin: string | null): ConfigError {
  return new ConfigError([
    {
      key: 'store',
      origin,
      problem: `has the scheme "${scheme}:", which no store has`,
      fix: `use one of ${[...OPENERS.keys(), ...RELATIONAL, CASSANDRA].map((known) => `"${known}:"`).join(', ')}, or a function that gives a store of your own`,
    },
  ]);
}

/**
 * The store a configuration names, not opened yet. Its package is loaded only when chosen.
 * @throws ConfigError for a scheme that no package has
 */
export async function createStore(context: StoreContext): Promise<Store> {
  const { config, origin } = context;
  const given = config.store;
  if (typeof given === 'function') return given();
  const relational = relationalConnection(given);
  if (relational !== null) return createRelationalStore(relational, context);
  const cassandra = cassandraConnection(given);
  if (cassandra !== null) return createCassandraStore(cassandra, context);
  const url = (typeof given === 'string' ? given : given.url) ?? '';
  const scheme = schemeOf(url);
  const open = OPENERS.get(scheme);
  if (!open) throw refuse(scheme, origin);
  return open(url, context);
}
