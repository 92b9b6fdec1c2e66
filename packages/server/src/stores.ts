import type { Log, Store } from '@gatehouse/core';
import type { CompleteConfig } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';

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

/** Schemes that packages of their own will bring. */
const TO_COME: ReadonlyMap<string, string> = new Map([
  ...['postgresql', 'postgres', 'mysql', 'mariadb', 'mssql', 'oracle', 'db2', 'sqlite'].map(
    (scheme): [string, string] => [scheme, '@gatehouse/store-rdbms'],
  ),
  ['cassandra', '@gatehouse/store-cassandra'],
]);

function refuse(scheme: string, origin: string | null): ConfigError {
  const package_ = TO_COME.get(scheme);
  return new ConfigError([
    {
      key: 'store',
      origin,
      problem:
        package_ === undefined
          ? `has the scheme "${scheme}:", which no store has`
          : `has the scheme "${scheme}:", whose package ${package_} is not part of this version`,
      fix: `use ${[...OPENERS.keys()].map((known) => `"${known}:"`).join(' or ')}, or a function that gives a store of your own`,
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
  const url = typeof given === 'string' ? given : given.url;
  const scheme = url.slice(0, url.indexOf(':'));
  const open = OPENERS.get(scheme);
  if (!open) throw refuse(scheme, origin);
  return open(url, context);
}
