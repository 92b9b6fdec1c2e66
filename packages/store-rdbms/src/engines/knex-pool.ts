import { createRequire } from 'node:module';
import type { Log } from '@gatehouse/core';
import { Deadline } from '@gatehouse/core';
import type { Knex } from 'knex';
import type { ConnectionSettings } from '../connection/settings.ts';
import type { PoolState } from '../database/database.ts';
import { causeOf } from '../database/fault.ts';
import { sayGoodbye } from './goodbye.ts';

const require = createRequire(import.meta.url);

/** What of knex's client we use: its pool, and its way to connect. */
export interface PooledClient<C> {
  acquireConnection(): Promise<C>;
  releaseConnection(connection: C): Promise<void>;
  destroyRawConnection(connection: C): Promise<void>;
  /** Absent once it has ended. */
  readonly pool?: { numUsed(): number; numFree(): number; numPendingAcquires(): number };
  connectionSettings: unknown;
}

export type ClientClass<C> = new (
  config: unknown,
) => PooledClient<C> & {
  acquireRawConnection(): Promise<C>;
};

export interface KnexPoolOptions<C> {
  /** The folder of knex's dialect (`postgres`, `mysql2`), or a client of our own. */
  readonly dialect: string | ClientClass<C>;
  /** The loaded driver, since knex looks for it from where knex is. */
  readonly driver: unknown;
  /** For each new connection anew: passwords change. */
  readonly connection: () => Promise<unknown>;
  /** What a new connection is told before it is used. */
  readonly begin?: (connection: C) => Promise<void>;
  /** Ends a connection at once, whatever runs on it. Absent: the client's own way has to do. */
  readonly cut?: (connection: C) => void;
}

export interface KnexPool<C> {
  acquire(): Promise<C>;
  release(connection: C): void;
  /** Resolves when it is no more, and never fails. */
  discard(connection: C): Promise<void>;
  pool(): PoolState;
  destroy(): Promise<void>;
  readonly client: PooledClient<C>;
}

/** A pool of knex with a driver's plain connections. */
export function openKnexPool<C extends object>(
  { dialect, driver, connection, begin, cut }: KnexPoolOptions<C>,
  { pool, timeouts }: ConnectionSettings,
  log: Log,
): KnexPool<C> {
  const Base =
    typeof dialect === 'string' ? (require(`knex/lib/dialects/${dialect}/index.js`) as ClientClass<C>) : dialect;
  class Client extends Base {
    _driver(): unknown {
      return driver;
    }

    override async acquireRawConnection(): Promise<C> {
      this.connectionSettings = await connection();
      const made = await super.acquireRawConnection();
      try {
        // The driver's own limit ends with its handshake; a server may fall silent after it.
        if (begin) await new Deadline(timeouts.connectMs).race(begin(made));
      } catch (error) {
        await this.#end(made);
        throw error;
      }
      return made;
    }

    override async destroyRawConnection(ended: C): Promise<void> {
      if (Reflect.get(ended, '__knex__disposed')) await this.#end(ended);
      else await sayGoodbye(super.destroyRawConnection(ended), () => cut?.(ended));
    }

    async #end(ended: C): Promise<void> {
      if (cut) cut(ended);
      else await super.destroyRawConnection(ended);
    }
  }
  const { knex: create } = require('knex') as { knex: (config: Knex.Config) => Knex };
  const quiet = (message: unknown): void =>
    log.debug({ message: String(message) }, 'The pool of connections said something.');
  const knex = create({
    client: Client as unknown as typeof Knex.Client,
    connection: {},
    log: { debug: quiet, warn: quiet, error: quiet, deprecate: quiet },
    pool: {
      min: pool.min,
      max: pool.max,
      idleTimeoutMillis: pool.idleMs,
      acquireTimeoutMillis: timeouts.acquireMs,
      createTimeoutMillis: timeouts.connectMs + timeouts.acquireMs,
      destroyTimeoutMillis: timeouts.connectMs,
      // A connection that cannot be made is said at once, not when the wait for one is over.
      propagateCreateError: true,
      ...({
        maxConnectionLifetimeMillis: pool.lifetimeMs,
        maxConnectionLifetimeJitterMillis: pool.lifetimeMs / 10,
      } as object),
    },
  });
  const client = knex.client as PooledClient<C>;
  const release = (used: C): void => {
    // A pool that has ended has none to take back, and would say so in place of what ended the call.
    if (client.pool) void client.releaseConnection(used);
  };
  return {
    acquire: () =>
      client.acquireConnection().catch((error: unknown) => {
        throw isPoolTimeout(error) ? new Error(`No connection came free within ${timeouts.acquireMs} ms.`) : error;
      }),
    release,
    discard(used) {
      Reflect.set(used, '__knex__disposed', 'given up');
      // Nobody uses it again, and nobody is told what its end ran into.
      const ended = client
        .destroyRawConnection(used)
        .catch((error: unknown) => log.debug({ cause: causeOf(error) }, 'A connection did not end as it should.'));
      release(used);
      return ended;
    },
    pool: () => ({
      used: client.pool?.numUsed() ?? 0,
      free: client.pool?.numFree() ?? 0,
      waiting: client.pool?.numPendingAcquires() ?? 0,
      max: pool.max,
    }),
    destroy: () => knex.destroy(),
    client,
  };
}

/** Its own text is advice to whoever writes code with knex, and no operator does. */
function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'KnexTimeoutError';
}
