import type { ConnectionSettings } from '../connection/settings.ts';
import type { Bound, Engine } from '../database/engine.ts';
import type { DriverContext } from '../dialects/dialect.ts';
import { Db2Client } from '../knex-db2/client.ts';
import type { Db2Connection } from '../knex-db2/driver.ts';
import type { Result } from '../statement.ts';
import { heardFrom } from './db2-greeting.ts';
import { db2Keywords } from './db2-keywords.ts';
import { forbidResending } from './db2-no-resend.ts';
import { importDriver } from './import-driver.ts';
import { type ClientClass, openKnexPool } from './knex-pool.ts';
import { threadSlots } from './thread-slots.ts';

export async function db2Engine(settings: ConnectionSettings, { log }: DriverContext): Promise<Engine<Db2Connection>> {
  forbidResending();
  const { default: driver } = await importDriver('ibm_db', () => import('ibm_db'));
  const { pool, timeouts } = settings;
  if (threadSlots.count < pool.max)
    log.warn(
      { poolMax: pool.max, used: threadSlots.count },
      `Db2's driver holds a thread for each statement, and this process has few: set UV_THREADPOOL_SIZE to ${pool.max + 4} or pool.max to ${threadSlots.count}.`,
    );
  const connections = openKnexPool<Db2Connection>(
    {
      dialect: Db2Client as unknown as ClientClass<Db2Connection>,
      driver,
      async connection() {
        const text = await db2Keywords(settings);
        await heardFrom(settings);
        return {
          text,
          connectSeconds: seconds(timeouts.connectMs),
          receiveSeconds: timeouts.statementMs === 0 ? 0 : seconds(timeouts.statementMs),
        };
      },
      begin: async (connection) =>
        void (await run(client, connection, `SET CURRENT LOCK TIMEOUT ${seconds(timeouts.lockMs)}`)),
    },
    settings,
    log,
  );
  const client = connections.client as unknown as Db2Client;
  // Whoever closes the store gives up what is in use, and whoever used it does so again: its slot is given back once.
  const used = new Set<Db2Connection>();
  return {
    async acquire() {
      await threadSlots.take();
      try {
        const connection = await connections.acquire();
        used.add(connection);
        return connection;
      } catch (error) {
        threadSlots.give();
        throw error;
      }
    },
    release(connection) {
      if (!used.delete(connection)) return;
      connections.release(connection);
      threadSlots.give();
    },
    discard(connection) {
      if (!used.delete(connection)) return;
      // What runs on it keeps its thread until the driver gives it up.
      void connections.discard(connection).finally(() => threadSlots.give());
    },
    execute: (connection, { text, reads }, values) => run(client, connection, text, values, reads),
    begin: (connection) => client.begin(connection),
    commit: (connection) => client.commit(connection),
    rollback: (connection) => client.rollback(connection),
    query: (connection, text) => run(client, connection, text),
    pool: () => {
      const state = connections.pool();
      return { ...state, waiting: state.waiting + threadSlots.waiting };
    },
    destroy: connections.destroy,
  };
}

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

async function run(
  client: Db2Client,
  connection: Db2Connection,
  sql: string,
  values: Bound = [],
  reads = true,
): Promise<Result> {
  // A number of more than 32 bits would go as a floating one.
  const bindings = values.map((value) => (typeof value === 'number' ? String(value) : value)) as (string | null)[];
  const { response } = await client._query(connection, { sql, bindings, reads });
  return response as Result;
}
