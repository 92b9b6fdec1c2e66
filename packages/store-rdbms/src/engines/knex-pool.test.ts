import { silentLog } from '@gatehouse/core';
import { expect, it, onTestFinished } from 'vitest';
import { resolveConnection } from '../connection/resolve.ts';
import { type ClientClass, openKnexPool } from './knex-pool.ts';

interface Connection {
  readonly number: number;
}

/** knex's own client, on connections that are none. */
async function clientClass(): Promise<ClientClass<Connection>> {
  const { default: knex } = await import('knex');
  class Client extends (knex.Client as unknown as ClientClass<Connection>) {
    override async acquireRawConnection(): Promise<Connection> {
      return { number: 1 };
    }

    validateConnection(): boolean {
      return true;
    }

    override async destroyRawConnection(): Promise<void> {}
  }
  // Looked for before a field would be there.
  Object.assign(Client.prototype, { driverName: 'none' });
  return Client;
}

it('a connection whose end fails troubles nobody', async () => {
  const settings = resolveConnection({ dialect: 'postgresql', host: 'localhost', user: 'u', database: 'd' });
  const pool = openKnexPool<Connection>(
    {
      dialect: await clientClass(),
      driver: {},
      connection: async () => ({}),
      cut: () => {
        throw new Error('no stream');
      },
    },
    settings,
    silentLog,
  );
  onTestFinished(() => pool.destroy());
  // What nobody catches ends the process, or here the run.
  await expect(pool.discard(await pool.acquire())).resolves.toBeUndefined();
});

it('a connection that outlives its pool is given up without a word', async () => {
  const settings = resolveConnection({ dialect: 'postgresql', host: 'localhost', user: 'u', database: 'd' });
  const pool = openKnexPool<Connection>(
    { dialect: await clientClass(), driver: {}, connection: async () => ({}), cut: () => undefined },
    settings,
    silentLog,
  );
  const connection = await pool.acquire();
  const ended = pool.destroy();
  // As a store does that has waited long enough; whoever still used the connection does it once more.
  await pool.discard(connection);
  await ended;
  await expect(pool.discard(connection)).resolves.toBeUndefined();
  expect(pool.pool()).toMatchObject({ used: 0, free: 0, waiting: 0 });
});
